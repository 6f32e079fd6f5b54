// The commands `nocodb setup`, `check` and `resync`.
import { ConfigError, readConfig } from '../config/config.ts';
import { check, resync, setUp, type Report } from '../nocodb/commands.ts';
import { openStore } from '../store/open-store.ts';

export async function nocodb(
  name: 'setup' | 'check' | 'resync',
  options: { readonly from?: string; readonly json?: boolean },
): Promise<void> {
  const { nocodb: noco, storeUrl } = readConfig(process.env);
  if (!noco) throw new ConfigError('Set NOCODB_URL, NOCODB_TOKEN and NOCODB_BASE_ID.');
  const fromMs = options.from === undefined ? 0 : Date.parse(options.from);
  if (Number.isNaN(fromMs)) throw new ConfigError('--from: must be a date, like 2026-11-24');
  const store = await openStore(storeUrl);
  const { signal } = new AbortController();
  const run: Readonly<Record<typeof name, () => Promise<Report>>> = {
    setup: () => setUp(noco, store, signal),
    check: () => check(noco, store, signal),
    resync: () => resync(store, fromMs),
  };
  const report = await run[name]();
  await store.close();
  if (options.json) console.info(JSON.stringify(report, null, 2));
  else for (const line of report.lines) console.info(line);
  if (!report.isWell) process.exitCode = 1;
}
