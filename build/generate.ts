// npm run generate: generates options.ts and docs/configuration.md from the settings table. A test checks that they are
// current.
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { format, resolveConfig } from 'prettier';
import { flagOf, SETTINGS, variableOf, type Setting, type SettingGroup } from '../server/config/settings.ts';

const ROOT = resolve(import.meta.dirname, '..');
const OPTIONS_FILE = 'server/config/options.ts';
const PAGE_FILE = 'docs/configuration.md';

/** The TypeScript types. Strings are always accepted, because values may come from environment variables. */
const TYPES: Readonly<Record<Setting['kind'], string>> = {
  text: 'string',
  list: 'readonly string[] | string',
  number: 'number | string',
  switch: 'boolean',
};

const GROUPS: Readonly<Record<SettingGroup, string>> = {
  server: 'Server',
  site: 'Site',
  gate: 'Gate',
  limits: 'Limits',
  nocodb: 'NocoDB',
  webhook: 'Webhook',
  mail: 'Mail',
};

const entries: readonly (readonly [string, Setting])[] = Object.entries(SETTINGS);

/** The generated files, by path. */
export async function generate(): Promise<ReadonlyMap<string, string>> {
  const files = [
    [OPTIONS_FILE, writeOptions()],
    [PAGE_FILE, writePage()],
  ] as const;
  const config = await resolveConfig(join(ROOT, OPTIONS_FILE));
  const formatted = files.map(
    async ([path, text]) => [path, await format(text, { ...config, filepath: path })] as const,
  );
  return new Map(await Promise.all(formatted));
}

function writeOptions(): string {
  const members = (isOfServe: boolean): string =>
    entries
      .filter(([, setting]) => Boolean(setting.isOfServe) === isOfServe)
      .map(([name, setting]) => `${docstring(setting)}\n  readonly ${name}?: ${TYPES[setting.kind]} | undefined;`)
      .join('\n');
  return `// Generated from settings.ts by \`npm run generate\`: the settings as options in code, and of \`stillhere serve\`.

/** Options in code. What they leave out is read from the environment: \`storeUrl\` is STORE_URL there. */
export interface StillhereOptions {
${members(false)}
}

/** Options for a host's own server. */
export interface HostOptions extends StillhereOptions {
  /**
   * \`none\`: the site has its own worker at \`/sw.js\`, so Stillhere doesn't serve one there. Its pages then say \`worker="none"\`.
   * By default Stillhere's worker comes before anything that the host has at that path.
   */
  readonly worker?: 'none';
}

/** Options of \`stillhere serve\`. */
export interface ServeOptions extends StillhereOptions {
${members(true)}
}
`;
}

function docstring(setting: Setting): string {
  const sentence = `${setting.about[0]?.toUpperCase()}${setting.about.slice(1)}.`.replaceAll('*/', '*\\/');
  const fallback = setting.otherwise === undefined ? '' : ` By default: ${setting.otherwise}.`;
  const isValue = setting.otherwise === undefined && setting.default !== undefined;
  return `  /** ${sentence}${fallback}${isValue ? ` @default ${defaultInCode(setting)}` : ''} */`;
}

function defaultInCode({ kind, default: text = '' }: Setting): string {
  if (kind === 'list') return `['${text}']`;
  return kind === 'text' ? `'${text}'` : text;
}

function writePage(): string {
  const tables = Object.entries(GROUPS).map(([group, title]) => {
    const rows = entries.filter(([, setting]) => setting.group === group).map(([name, setting]) => row(name, setting));
    return `## ${title}\n\n| variable | flag of \`serve\` | option in code | default | |\n| --- | --- | --- | --- | --- |\n${rows.join('\n')}`;
  });
  return `<!-- Generated from server/config/settings.ts by \`npm run generate\`. -->

# Configuration

Every setting can be given in three ways. The first one that is there counts:

1. an option in code, as in \`stillhere({ protect: ['/confidential/'] })\`, or a flag of [\`stillhere serve\`](cli.md#stillhere-serve);
2. an environment variable;
3. for the commands, a line in a file \`.env\` in the current folder. In [a server of your own](integrations/koa.md#options) it is not read.

An empty variable counts as not set. Lists are separated by commas; in code they can be arrays, whose items may contain commas.
Stillhere reads the settings once, at start, and reports everything that is wrong at once.

${tables.join('\n\n')}

## Secrets

Secrets have no flag, because command lines are visible to other users of the machine. Those that you don't set are kept in
\`<store>.secrets.json\`, by default \`data/stillhere.db.secrets.json\`; \`serve\` prints a new owner's token once. A changed \`SECRET\`
makes all access cookies invalid: readers have to pass the gate again.
`;
}

function row(name: string, setting: Setting): string {
  const { about, kind, isOfServe, isSecret, default: value } = setting;
  const operand = kind === 'switch' ? '' : ' …';
  const flag = isSecret ? '' : name === 'siteDir' ? '`DIR`' : `\`${flagOf(name)}${operand}\``;
  const fallback = setting.otherwise ?? (value ? `\`${value}\`` : '');
  return `| \`${variableOf(name)}\` | ${flag} | ${isOfServe ? '' : `\`${name}\``} | ${fallback} | ${about} |`;
}

if (import.meta.main)
  for (const [path, text] of await generate()) {
    writeFileSync(join(ROOT, path), text);
    console.info(`wrote ${path}`);
  }
