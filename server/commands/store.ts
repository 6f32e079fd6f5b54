// The commands `store copy`, `store check` and `store backup`.
import { existsSync } from 'node:fs';
import { ConfigError, readConfig } from '../config/config.ts';
import { checkStore } from '../store/check/check-store.ts';
import { copyStore } from '../store/copy/copy-store.ts';
import { backUpFile } from '../store/sqlite/backup.ts';
import { nameOfStore } from '../store/store-url.ts';

/** Exits with 1 if the copy is not complete, so that a script doesn't go on with it. */
export async function copy(from: string, to: string): Promise<void> {
  const { asOfMs, isComplete } = await copyStore(from, to, ({ table, rows, written, deleted, adapted }) => {
    console.info(`${table}: ${rows} rows, ${written} written, ${deleted} deleted`);
    if (adapted > 0)
      console.info(`${table}: in ${adapted} rows, U+0000 was replaced by U+FFFD, because PostgreSQL can't store it`);
  });
  const [file, database] = [nameOfStore(from), nameOfStore(to)];
  console.info(
    `All tables of ${database} have the checksums that those of ${file} had at ${new Date(asOfMs).toISOString()}.`,
  );
  if (isComplete)
    return console.info(
      `Nothing has changed in ${file} since, so the copy is complete. If a server uses the file, stop it and run the command again.`,
    );
  console.info(
    `${file} has changed since, so the copy is not complete. Stop its server, and run the command again: it copies the rest.`,
  );
  process.exitCode = 1;
}

/** @param url by default the store of the environment. */
export async function check(url: string | undefined, { json }: { readonly json?: boolean }): Promise<void> {
  const report = await checkStore(url ?? readConfig(process.env).storeUrl);
  if (json) console.info(JSON.stringify(report, null, 2));
  else for (const line of report.lines) console.info(line);
  if (!report.isWell) process.exitCode = 1;
}

/** @throws ConfigError if the store is not a file. */
export function backUp(target: string): void {
  const { storeFile } = readConfig(process.env);
  if (storeFile === undefined)
    throw new ConfigError('store backup: the store is a PostgreSQL database, which pg_dump backs up.');
  backUpFile(storeFile, target);
  console.info(`The store ${storeFile} is in ${target}, and was checked.`);
  const secrets = `${storeFile}.secrets.json`;
  if (existsSync(secrets)) console.info(`Keep ${secrets}, too: the backup has no secrets.`);
}
