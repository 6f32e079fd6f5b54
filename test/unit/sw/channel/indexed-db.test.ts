// What the browser's database answers, as promises.
import 'fake-indexeddb/auto';
import { IDBFactory } from 'fake-indexeddb';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { answer, commitment } from '../../../../sw/channel/indexed-db.ts';

let database: IDBDatabase;
beforeEach(async () => {
  const opening = new IDBFactory().open('test');
  opening.addEventListener('upgradeneeded', () => opening.result.createObjectStore('things'));
  database = await answer(opening);
});
afterEach(() => database.close());

it('the result of a request, and the end of its transaction', async () => {
  const transaction = database.transaction('things', 'readwrite');
  const committed = vi.fn();
  const end = commitment(transaction).then(committed);
  expect(await answer(transaction.objectStore('things').put('a thing', 'key'))).toBe('key');
  expect(committed).not.toHaveBeenCalled();
  await end;
  expect(await answer(database.transaction('things').objectStore('things').get('key'))).toBe('a thing');
});

it('the error of a request, which ends its transaction with the same', async () => {
  const transaction = database.transaction('things', 'readwrite');
  const store = transaction.objectStore('things');
  store.add('a thing', 'key');
  const failed = answer(store.add('another', 'key'));
  await Promise.all([
    expect(failed).rejects.toMatchObject({ name: 'ConstraintError' }),
    expect(commitment(transaction)).rejects.toMatchObject({ name: 'ConstraintError' }),
  ]);
});

it('an error where a transaction is aborted without one', async () => {
  const transaction = database.transaction('things', 'readwrite');
  const end = expect(commitment(transaction)).rejects.toThrow(/^aborted$/);
  transaction.abort();
  await end;
});
