// Finds what a package's command runs. Node starts it without a shell, the same way on every system: on Windows, the commands in
// node_modules/.bin are batch files.
import { readFileSync } from 'node:fs';
import { findPackageJSON } from 'node:module';
import { dirname, join } from 'node:path';

/** The path of the script. @throws if the package isn't installed, or has no such command. */
export function findScript(name: string, command = name): string {
  const manifest = findPackageJSON(name, import.meta.url) ?? '';
  const { bin } = JSON.parse(readFileSync(manifest, 'utf8')) as { readonly bin?: Readonly<Record<string, string>> };
  const script = bin?.[command];
  if (script === undefined) throw new Error(`The package ${name} has no command ${command}.`);
  return join(dirname(manifest), script);
}
