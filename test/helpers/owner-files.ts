// An owner's files for the gate, and the variables that name them.
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Writes a file per variable; resolves with the variables. Values other than text are written as JSON. */
export async function writeOwnerFiles(files: Readonly<Record<string, unknown>>): Promise<Record<string, string>> {
  const folder = await mkdtemp(join(tmpdir(), 'stillhere-gate-'));
  const variables: Record<string, string> = {};
  for (const [variable, content] of Object.entries(files)) {
    const isRaw = typeof content === 'string' || content instanceof Uint8Array;
    variables[variable] = join(folder, variable.toLowerCase());
    await writeFile(variables[variable], isRaw ? content : JSON.stringify(content));
  }
  return variables;
}
