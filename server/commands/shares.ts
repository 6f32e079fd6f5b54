// The commands `share`, `shares` and `unshare`: links that show a colleague what was read.
import { ConfigError, readConfig } from '../config/config.ts';
import { ownerUrlOf } from '../config/owner-url.ts';
import { makeShare } from '../owner/share.ts';
import { readShare } from '../sessions/share-parameters.ts';
import { viewShare } from '../sessions/views.ts';
import { readOptions, withStore } from './existing-store.ts';
import { localTime, textTable } from './text-table.ts';

export interface ShareFlags {
  readonly pages?: string;
  readonly expires?: string;
  readonly label?: string;
}

export async function printShare(flags: ShareFlags): Promise<void> {
  const now = Date.now();
  const options = readOptions(() => readShare({ ...flags }, now));
  const config = readConfig(process.env);
  const ownerUrl = ownerUrlOf(config, `http://localhost:${config.port}`);
  const { share, link } = await withStore((store) => makeShare(store.shares, options, ownerUrl, now));
  console.info(link);
  console.info(
    `Shows what was read of ${share.pages === null ? 'all pages' : `pages below ${share.pages}`}, without addresses, until ${localTime(share.untilMs)}. ` +
      `It is shown only once. To revoke it: stillhere unshare ${share.id}`,
  );
}

export async function listShares({ json }: { readonly json?: boolean }): Promise<void> {
  const shares = (await withStore((store) => store.shares.list())).map(viewShare);
  if (json) return console.info(JSON.stringify({ shares }, null, 2));
  if (shares.length === 0) return console.info('There are no shared links.');
  const rows = shares.map(({ id, label, pages, expires, lastUsed }) => [
    id,
    label ?? '–',
    pages ?? 'all',
    localTime(expires),
    lastUsed === null ? 'never' : localTime(lastUsed),
  ]);
  for (const line of textTable([['id', 'label', 'pages', 'expires', 'last used'], ...rows])) console.info(line);
}

export async function revokeShare(id: string): Promise<void> {
  if (!(await withStore((store) => store.shares.revoke(id, Date.now()))))
    throw new ConfigError('There is no shared link with this id; stillhere shares lists them');
  console.info('The link is revoked: it shows nothing any more.');
}
