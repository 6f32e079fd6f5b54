// All of a transaction or nothing, and the reason why.
import { DatabaseSync } from 'node:sqlite';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { inTransaction } from '../../../../../server/store/sqlite/transaction.ts';

let connection: DatabaseSync;
beforeEach(() => {
  connection = new DatabaseSync(':memory:');
  connection.exec('CREATE TABLE notes (text)');
});
afterEach(() => connection.close());

const add = (text: string): void => void connection.prepare('INSERT INTO notes VALUES (?)').run(text);
const texts = (): unknown =>
  connection
    .prepare('SELECT text FROM notes')
    .all()
    .map(({ text }) => text);

it('what was done is kept, and its result returned', () => {
  expect(inTransaction(connection, () => (add('a'), 'done'))).toBe('done');
  expect([texts(), connection.isTransaction]).toEqual([['a'], false]);
});

it('what fails leaves nothing, and the next one can begin', () => {
  const fail = (): never => {
    add('a');
    throw new Error('why');
  };
  expect(() => inTransaction(connection, fail)).toThrow('why');
  expect([texts(), connection.isTransaction]).toEqual([[], false]);
  inTransaction(connection, () => add('b'));
  expect(texts()).toEqual(['b']);
});

it('where the database has given up by itself, the reason is that of the failure', () => {
  const fail = (): never => {
    connection.exec('ROLLBACK');
    throw new Error('the disk is full');
  };
  expect(() => inTransaction(connection, fail)).toThrow('the disk is full');
});

it('nobody else can write between what it reads and what it writes', () => {
  inTransaction(connection, () => expect(connection.isTransaction).toBe(true));
});
