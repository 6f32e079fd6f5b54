// The commands `revoke` and `refusals`: who is let in no more, and who was refused at the gate.
import { ConfigError } from '../config/config.ts';
import { readReader } from '../sessions/parameters.ts';
import { withStore } from './existing-store.ts';
import { localTime, textTable } from './text-table.ts';

/**
 * @param given an address, or the id or ref of a session.
 * @throws ConfigError if there is no such session.
 */
export async function revoke(given: string, { undo }: { readonly undo?: boolean }): Promise<void> {
  const reader = given.includes('@') ? readReader(given) : undefined;
  await withStore(async (store) => {
    if (reader && 'email' in reader) {
      if (undo) {
        const wasBlocked = await store.blockedReaders.allow(reader.email);
        console.info(wasBlocked ? 'The reader is let in again.' : 'The reader was not blocked.');
        return;
      }
      await store.blockedReaders.block(reader.email, Date.now());
      console.info('From now on, no session of this reader has access. To undo it: --undo.');
      return;
    }
    if (undo) throw new ConfigError('--undo: give the address of a reader. A session stays ended.');
    const session = await store.findSession(given);
    if (!session)
      throw new ConfigError(`There is no session ${given}: give the address of a reader, or an id as listed.`);
    await store.endAccess(session.id, Date.now());
    console.info('This session has no access any more. Its reader can pass the gate again.');
  });
}

export async function listRefusals({ json }: { readonly json?: boolean }): Promise<void> {
  await withStore(async (store) => {
    const [refused, blocked] = await Promise.all([store.refusals.listAddresses(), store.blockedReaders.list()]);
    if (json) return console.info(JSON.stringify({ refused, blocked }, null, 2));
    const lines = [
      ...(refused.length === 0
        ? ['Nobody was refused in the last 30 days.']
        : textTable([
            ['refused', 'tries', 'last'],
            ...refused.map(({ email, tries, lastMs }) => [
              email,
              String(tries),
              localTime(new Date(lastMs).toISOString()),
            ]),
          ])),
      ...(blocked.length === 0
        ? []
        : [
            '',
            ...textTable([
              ['blocked', 'since'],
              ...blocked.map(({ email, sinceMs }) => [email, localTime(new Date(sinceMs).toISOString())]),
            ]),
          ]),
    ];
    for (const line of lines) console.info(line);
  });
}
