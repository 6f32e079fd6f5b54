// Ids for readers and pages, from their addresses and names: the same for the same, and nobody who has only the id can find
// out for whom it is, not even by trying all addresses. The key is in the store, and not among the server's secrets: whoever
// can read the store has the addresses anyway, and a new secret must not change ids that are in links.
import { createHmac, randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import { change, rowsOf, type Runner } from './runner.ts';
import type { Tables } from './schema.ts';

const KEY = 'id-key';
const KEY_BYTES = 32;
const ID_CHARS = 16;
const MOST_KEPT = 5_000;

/** Makes an id of 96 bits, in the digits of base64url. */
export type KeyedHash = (of: 'reader' | 'page', text: string) => string;

/** Reads the key, which is made if it is missing. */
export async function openKeyedHash(queries: Kysely<Tables>, writer: Runner): Promise<KeyedHash> {
  const fresh = { name: KEY, text: randomBytes(KEY_BYTES).toString('base64url') };
  const make = queries
    .insertInto('notes')
    .values(fresh)
    .onConflict((conflict) => conflict.doNothing());
  await change(writer, [make.compile()]);
  const kept = await readIdKey(queries, writer);
  return keyedHash(kept ?? fresh.text);
}

/** Undefined: no id was made yet, so nothing was counted either. */
export async function findKeyedHash(queries: Kysely<Tables>, reader: Runner): Promise<KeyedHash | undefined> {
  const kept = await readIdKey(queries, reader);
  return kept === undefined ? undefined : keyedHash(kept);
}

/** Random, and made once for each store. */
export async function readIdKey(queries: Kysely<Tables>, reader: Runner): Promise<string | undefined> {
  const find = queries.selectFrom('notes').select('text').where('name', '=', KEY);
  const [kept] = await rowsOf(reader, find.compile());
  return kept?.text;
}

function keyedHash(text64: string): KeyedHash {
  const key = Buffer.from(text64, 'base64url');
  const known = new Map<string, string>();
  return (of, text) => {
    const whole = `${of}:${text}`;
    const kept = known.get(whole);
    if (kept !== undefined) return kept;
    const id = createHmac('sha256', key).update(whole).digest('base64url').slice(0, ID_CHARS);
    if (known.size >= MOST_KEPT) known.clear();
    known.set(whole, id);
    return id;
  };
}
