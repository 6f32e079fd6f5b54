// The `owner-link` command: prints a link that logs the owner in, once; or ends all logins.
import { readConfig } from '../config/config.ts';
import { openExistingStore } from './existing-store.ts';
import { ownerUrlOf } from '../config/owner-url.ts';
import { makeOwnerKey, ownerLink } from '../owner/owner-key.ts';

export async function printOwnerLink({ revokeAll }: { readonly revokeAll?: boolean }): Promise<void> {
  const config = readConfig(process.env);
  const { port } = config;
  const store = await openExistingStore(config);
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
