// The gate's settings: reads the files that they name, and reports everything that is wrong with them at once.
import { readFileSync } from 'node:fs';
import * as v from 'valibot';
import { GateOptions, type GateTheme } from '../gate/theme.ts';
import type { SettingName, SettingValues } from './settings.ts';

/** The option of the theme that each setting gives; those with a file name it. */
const OPTIONS = {
  gateTexts: { option: 'texts', isFile: true },
  gateTemplate: { option: 'template', isFile: true },
  gateStyle: { option: 'style', isFile: true },
  privacyUrl: { option: 'privacyUrl', isFile: false },
  gateContact: { option: 'contact', isFile: false },
  ownerName: { option: 'ownerName', isFile: false },
} as const;

/** Either a theme, or what is wrong: a line each, beginning with the setting, then the file if it names one. */
export interface GateSettings {
  readonly theme: GateTheme | undefined;
  readonly problems: readonly string[];
}

/** @param sourceOf what the person who gave a setting calls it. */
export function readGateSettings(
  values: Pick<SettingValues, keyof typeof OPTIONS>,
  sourceOf: (name: SettingName) => string,
): GateSettings {
  const options: Record<string, unknown> = {};
  const problems: string[] = [];
  const places: Record<string, string> = {};
  for (const [name, { option, isFile }] of Object.entries(OPTIONS) as [
    keyof typeof OPTIONS,
    { option: string; isFile: boolean },
  ][]) {
    const value = values[name];
    if (!value) continue;
    const place = isFile ? `${sourceOf(name)}: ${value}` : sourceOf(name);
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
  return { theme: parsed.success && problems.length === 0 ? parsed.output : undefined, problems };
}

/** @throws TypeError when it isn't UTF-8; a byte order mark is left out. */
function readTextFile(path: string): string {
  return new TextDecoder('utf-8', { fatal: true }).decode(readFileSync(path));
}
