// How a benchmark tells its result: rows with what was measured and what is required; it fails where one falls short.
export interface Row {
  readonly what: string;
  readonly measured: number;
  /** At least, or at most. */
  readonly required: { readonly least: number } | { readonly most: number };
  /** How `measured` came about. */
  readonly how: string;
}

/** Prints a Markdown table; sets the exit code where a row falls short. */
export function printTable(rows: readonly Row[]): void {
  console.info('\n| what | measured | required | how |\n| --- | --- | --- | --- |');
  for (const { what, measured, required, how } of rows) {
    const isMet = 'least' in required ? measured >= required.least : measured <= required.most;
    const limit = 'least' in required ? `≥ ${required.least}` : `≤ ${required.most}`;
    const shown = Number.isInteger(measured) ? measured : measured.toPrecision(3);
    console.info(`| ${what} | ${shown} | ${limit}${isMet ? '' : ' MISSED'} | ${how} |`);
    if (!isMet) process.exitCode = 1;
  }
}

export function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
