// The `owner-link` command: prints a link that logs the owner in, once; or ends all logins.
import { existsSync } from 'node:fs';
import { ConfigError, readConfig } from '../config/config.ts';
import { ownerUrlOf } from '../config/owner-url.ts';
import { makeOwnerKey, ownerLink } from '../owner/owner-key.ts';
import { openStore } from '../store/open-store.ts';

export async function printOwnerLink({ revokeAll }: { readonly revokeAll?: boolean }): Promise<void> {
  const config = readConfig(process.env);
  const { storeFile, port } = config;
  if (!existsSync(storeFile))
    throw new ConfigError(
      `There is no store ${storeFile}: run this in the folder where the server was started, or set STORE_URL.`,
    );
  const store = await openStore(`file:${storeFile}`);
  if (revokeAll) {
    await store.ownerKeys.removeAll();
    console.info(
      'All logins have ended, and no login link that was printed before is valid. Shared links stay valid: stillhere shares lists them.',
    );
  } else {
    const code = await makeOwnerKey(store.ownerKeys, 'code', Date.now());
    console.info(ownerLink(ownerUrlOf(config, `http://localhost:${port}`), code));
  }
  await store.close();
}
