// The mirror of a store into a real NocoDB, on each of the databases that NocoDB can keep its data in.
import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect } from 'vitest';
import { createMirror, type Mirror } from '../../../server/nocodb/mirror.ts';
import type { SessionStore } from '../../../server/store/session-store.ts';
import { openStore } from '../../../server/store/open-store.ts';
import { Postgres } from '../postgres.ts';
import { until } from '../until.ts';
import { NocoServer } from './nocodb-server.ts';
import { NOCODB } from '../../../server/store/outbox.ts';

export const HEALING_MS = 60_000;
const NOW = Date.parse('2026-11-24T08:00:00.678Z');
const MINUTE = 60_000;

export interface Row {
  readonly id: number;
  readonly fields: Readonly<Record<string, unknown>>;
}

/** The server, store and mirror of the test that runs. */
export let noco: NocoServer;
export let file: string;
export let store: SessionStore;
export let mirror: Mirror;
export const log = pino({ level: 'silent' });

/** Runs the tests once with each database. */
export function describeNocoDB(tests: () => void): void {
  describe.each(['its own SQLite', 'PostgreSQL'])('NocoDB on %s', (backend) => {
    let postgres: Postgres | undefined;
    beforeAll(async () => {
      postgres = backend === 'PostgreSQL' ? await Postgres.start() : undefined;
      noco = await NocoServer.start(await postgres?.createDatabase('nocodb'));
    });
    afterAll(async () => {
      await noco.remove();
      await postgres?.remove();
    });
    beforeEach(async (context) => {
      file = join(await mkdtemp(join(tmpdir(), 'stillhere-store-')), 'test.db');
      store = await openStore(`file:${file}`);
      // A table of its own for each test.
      noco.config = { ...noco.config, table: `t${context.task.id.replace(/\W/g, '')}` };
      mirror = createMirror(noco.config, store, log);
    });
    afterEach(async () => {
      await mirror.stop();
      await store.close();
    });
    tests();
  });
}

export async function read(id: string, minutes: number): Promise<void> {
  const span = { id: 's', page: '/a/', startMs: NOW, endMs: NOW + minutes * MINUTE, offsetMs: 0 };
  await store.record([{ session: id, receivedMs: NOW + 60 * MINUTE, span }]);
}

export async function makeSessions(many: number, prefix = 'session'): Promise<void> {
  for (let nth = 0; nth < many; nth++)
    await store.createSession({ id: `${prefix}_-${nth}`, email: `reader${nth}@example.com`, startMs: NOW + nth });
}

export const tableId = (): Promise<string> => idOfTable(noco);

async function idOfTable(server: NocoServer, table = server.config.table): Promise<string> {
  const { list } = (await server.ask('GET', '/api/v3/meta/bases/{base}/tables')) as {
    list: { id: string; title: string }[];
  };
  return list.find(({ title }) => title === table)?.id ?? '';
}

export const rows = (): Promise<readonly Row[]> => rowsOf(noco);

/** All rows of the table. */
export async function rowsOf(server: NocoServer, table = server.config.table): Promise<readonly Row[]> {
  const id = await idOfTable(server, table);
  const all: Row[] = [];
  for (let page = 1; ; page++) {
    const path = `/api/v3/data/{base}/${id}/records?pageSize=1000&page=${page}`;
    const { records, next } = (await server.ask('GET', path)) as { records: Row[]; next?: string };
    all.push(...records);
    if (!next) return all;
  }
}

/** Row by row, at whole seconds; `renamed`: our name → the column's name now. */
export async function expectEqual(renamed: Readonly<Record<string, string>> = {}): Promise<void> {
  const seconds = (time: unknown): number | null =>
    time === null ? null : Math.floor(Date.parse(time as string) / 1_000);
  const column = (name: string): string => renamed[name] ?? name;
  await until(async () => (await store.outboxOf(NOCODB).countUntold()) === 0, HEALING_MS);
  const shown = (await rows()).map(({ fields }) => ({
    id: fields[column('sessionId')],
    email: fields[column('emailOfAccessor')],
    start: seconds(fields[column('sessionStartTime')]),
    end: seconds(fields[column('sessionEndTime')]),
    page: fields[column('currentPage')],
    reading: Number(fields[column('readingTime')]),
  }));
  const kept = (await store.listSessions({ pageSize: 10_000 })).map((session) => ({
    id: session.id,
    email: session.email,
    start: Math.floor(session.startMs / 1_000),
    end: session.endMs === null ? null : Math.floor(session.endMs / 1_000),
    page: session.currentPage,
    reading: Math.floor(session.readingMs / 1_000),
  }));
  const byId = (a: { id: unknown }, b: { id: unknown }): number => String(a.id).localeCompare(String(b.id));
  expect(shown.toSorted(byId)).toEqual(kept.toSorted(byId));
}

/** Rounds until nothing waits. */
export async function catchUp(): Promise<void> {
  await until(async () => {
    await mirror.round();
    return (await store.outboxOf(NOCODB).countUntold()) === 0;
  }, HEALING_MS);
}

export interface Table {
  readonly fields: readonly { readonly id: string; readonly title: string }[];
  readonly views: readonly { readonly id: string }[];
}

export async function readTable(): Promise<Table> {
  return (await noco.ask('GET', `/api/v3/meta/bases/{base}/tables/${await tableId()}`)) as Table;
}

export async function fieldId(title: string): Promise<string> {
  return (await readTable()).fields.find((field) => field.title === title)?.id ?? '';
}

/** A mirror that was started a moment ago looks after what people did. */
export async function restartMirror(): Promise<void> {
  await mirror.stop();
  mirror = createMirror(noco.config, store, log);
  mirror.start();
}
