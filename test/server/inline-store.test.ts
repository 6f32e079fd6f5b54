// The contract of session stores with SQLite in one thread, as in most tests. Mutation tests can change what runs in it, and nothing in
// the threads of a real store.
import { join } from 'node:path';
import { openInlineStore } from '../helpers/inline-store.ts';
import { describeInvitations } from '../helpers/invitations-contract.ts';
import { makeMemoryFolder } from '../helpers/memory-folder.ts';
import { describeRefusals } from '../helpers/refusals-contract.ts';
import { describeStore } from '../helpers/store-contract.ts';

async function inlinePlace(): Promise<() => ReturnType<typeof openInlineStore>> {
  const file = join(await makeMemoryFolder(), 'test.db');
  return () => openInlineStore(file);
}

describeStore('inline SQLite', inlinePlace);
describeInvitations('inline SQLite', async () => (await inlinePlace())());
describeRefusals('inline SQLite', async () => (await inlinePlace())());
