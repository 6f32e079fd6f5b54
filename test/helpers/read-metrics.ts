// Reads Prometheus' text format.

export interface Read {
  /** By name and labels, like `x_total{result="ok"}`. */
  readonly values: ReadonlyMap<string, number>;
  /** `counter`, `gauge` or `histogram`, by name. */
  readonly types: ReadonlyMap<string, string>;
  /** By name. */
  readonly helps: ReadonlyMap<string, string>;
}

/** @throws if a line is none of the format. */
export function parseMetrics(text: string): Read {
  const values = new Map<string, number>();
  const types = new Map<string, string>();
  const helps = new Map<string, string>();
  for (const line of text.split('\n').filter(Boolean)) {
    const [, kind, about = '', said = ''] = /^# (HELP|TYPE) (\w+) (.+)$/.exec(line) ?? [];
    if (kind) (kind === 'TYPE' ? types : helps).set(about, said);
    else {
      const [, sample, value] = /^(\w+(?:\{(?:\w+="(?:[^"\\\n]|\\.)*",?)+\})?) (\S+)$/.exec(line) ?? [];
      if (sample === undefined) throw new Error(`not of Prometheus' text format: ${line}`);
      values.set(sample, Number(value));
    }
  }
  return { values, types, helps };
}
