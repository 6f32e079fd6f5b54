// The gate's variables: reads the files that they name, and tells what is wrong with them in one go.
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { GateOptions, type GateTheme } from '../gate/theme.ts';

/** Each variable's option; those with a file name it. */
const VARIABLES = {
  GATE_TEXTS: { option: 'texts', isFile: true },
  GATE_TEMPLATE: { option: 'template', isFile: true },
  GATE_STYLE: { option: 'style', isFile: true },
  PRIVACY_URL: { option: 'privacyUrl', isFile: false },
  GATE_CONTACT: { option: 'contact', isFile: false },
} as const;

/** The look, or what stands in its way: a line each, beginning with the variable, then the file if it names one. */
export type GateVariables =
  | { readonly look: GateTheme; readonly problems?: never }
  | { readonly look?: never; readonly problems: readonly string[] };

export function readGateVariables(environment: Readonly<Record<string, string | undefined>>): GateVariables {
  const options: Record<string, unknown> = {};
  const problems: string[] = [];
  const places: Record<string, string> = {};
  for (const [variable, { option, isFile }] of Object.entries(VARIABLES)) {
    const value = environment[variable];
    if (!value) continue;
    const place = isFile ? `${variable}: ${value}` : variable;
    places[option] = place;
    try {
      const text = isFile ? readTextFile(value) : value;
      options[option] = option === 'texts' ? JSON.parse(text) : text;
    } catch (error) {
      problems.push(`${place}: can't be read: ${(error as Error).message.replace(/\s+/g, ' ')}`);
    }
  }
  const parsed = v.safeParse(GateOptions, options);
  for (const { path = [], message } of parsed.issues ?? []) {
    const [option, ...keys] = path.map(({ key }) => String(key));
    problems.push([places[option ?? ''], keys.join('.'), message].filter(Boolean).join(': '));
  }
  return parsed.success && problems.length === 0 ? { look: parsed.output } : { problems };
}

/** @throws TypeError when it isn't UTF-8; a byte order mark is left out. */
function readTextFile(path: string): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
}
