// How queries get the bucket of the sessions that they name.
import type { CompiledQuery } from 'kysely';
import { expect, it } from 'vitest';
import { bucketOf } from '../../../../../server/store/bucket.ts';
import { postgresQueries } from '../../../../../server/store/postgres/dialect.ts';

const queries = postgresQueries();
const [ANN, BOB] = [bucketOf('ann'), bucketOf('bob')];

interface Case {
  readonly name: string;
  readonly query: { compile(): CompiledQuery };
  readonly text: string;
  readonly parameters: readonly unknown[];
}

it.for<Case>([
  {
    name: 'a session that is named',
    query: queries.selectFrom('sessions').select('email').where('id', '=', 'ann'),
    text: 'select "email" from "sessions" where ("sessions"."bucket", "id") = ($1, $2)',
    parameters: [ANN, 'ann'],
  },
  {
    name: 'a list of one, as if it were named',
    query: queries.selectFrom('spans').select('page').where('session_id', 'in', ['ann']),
    text: 'select "page" from "spans" where ("spans"."bucket", "session_id") = ($1, $2)',
    parameters: [ANN, 'ann'],
  },
  {
    name: 'a list',
    query: queries.deleteFrom('spans').where('session_id', 'in', ['ann', 'bob']),
    text: 'delete from "spans" where ("spans"."bucket", "session_id") in (SELECT * FROM unnest($1::smallint[], $2::text[]))',
    parameters: [
      [ANN, BOB],
      ['ann', 'bob'],
    ],
  },
  {
    name: 'only one of two alternatives',
    query: queries
      .selectFrom('sessions')
      .select('email')
      .where((eb) => eb.or([eb('sessions.id', '=', 'ann'), eb('sessions.ref', '=', 'ann')])),
    text: 'select "email" from "sessions" where (("sessions"."bucket", "sessions"."id") = ($1, $2) or "sessions"."ref" = $3)',
    parameters: [ANN, 'ann', 'ann'],
  },
  {
    name: 'two tables that are joined',
    query: queries.selectFrom('sessions').innerJoin('told', 'told.session_id', 'sessions.id').select('state'),
    text: 'select "state" from "sessions" inner join "told" on ("told"."bucket", "told"."session_id") = ("sessions"."bucket", "sessions"."id")',
    parameters: [],
  },
  {
    name: 'a table inside, and the one around it',
    query: queries
      .updateTable('outbox')
      .set({ due_ms: 1 })
      .where((eb) =>
        eb.exists(eb.selectFrom('sessions').select('id').whereRef('sessions.id', '=', 'outbox.session_id')),
      ),
    text: 'update "outbox" set "due_ms" = $1 where exists (select "id" from "sessions" where ("sessions"."bucket", "sessions"."id") = ("outbox"."bucket", "outbox"."session_id"))',
    parameters: [1],
  },
  {
    name: 'rows that are inserted, and the key that they may have',
    query: queries
      .insertInto('told')
      .values([
        { consumer: 'events', session_id: 'ann' },
        { consumer: 'events', session_id: 'bob' },
      ])
      .onConflict((conflict) => conflict.columns(['consumer', 'session_id']).doNothing()),
    text: 'insert into "told" ("consumer", "session_id", "bucket") values ($1, $2, $3), ($4, $5, $6) on conflict ("bucket", "consumer", "session_id") do nothing',
    parameters: ['events', 'ann', ANN, 'events', 'bob', BOB],
  },
  {
    name: 'rows that are inserted from others',
    query: queries
      .insertInto('uncounted_sessions')
      .columns(['session_id'])
      .expression(queries.selectFrom('sessions').select('id as session_id')),
    text: 'insert into "uncounted_sessions" ("session_id", "bucket") select "id" as "session_id", "sessions"."bucket" from "sessions"',
    parameters: [],
  },
  {
    name: 'nothing where no session is named',
    query: queries
      .insertInto('leases')
      .values({ name: 'job', holder: 'ann', until_ms: 1 })
      .onConflict((conflict) => conflict.columns(['name']).doNothing()),
    text: 'insert into "leases" ("name", "holder", "until_ms") values ($1, $2, $3) on conflict ("name") do nothing',
    parameters: ['job', 'ann', 1],
  },
  {
    name: 'nothing where an id is of something else',
    query: queries.selectFrom('spans').select('page').where('id', '=', 'ann'),
    text: 'select "page" from "spans" where "id" = $1',
    parameters: ['ann'],
  },
])('adds the bucket: $name', ({ query, text, parameters }) => {
  const compiled = query.compile();
  expect(compiled.sql).toBe(text);
  expect(compiled.parameters).toEqual(parameters);
});

it('refuses a query whose bucket it can’t know', () => {
  const inside = queries
    .deleteFrom('told')
    .where('session_id', 'in', (eb) => eb.selectFrom('outbox').select('session_id'));
  expect(() => inside.compile()).toThrow('What a session of told is compared with has no bucket');
  const from = queries
    .insertInto('uncounted_sessions')
    .columns(['session_id'])
    .expression(queries.selectFrom('notes').select('text'));
  expect(() => from.compile()).toThrow('What is inserted of a session has no bucket');
});
