// The commands `stillhere nocodb setup`, `check` and `resync`. Each returns lines to print and whether all is well.
import type { Notes } from '../store/notes.ts';
import { NOCODB, type Outbox } from '../store/outbox.ts';
import type { SessionStore } from '../store/session-store.ts';
import type { NocoFailure } from './response.ts';
import { NocoClient, type NocoConfig } from './client.ts';
import { RequestBudget } from './request-budget.ts';
import { readTableIds, writeTableIds } from './table-ids.ts';
import { describeRejected, readRejectedColumns } from './rejected-values.ts';
import { inspectTable, prepareTable } from './table.ts';

export interface Report {
  readonly lines: readonly string[];
  readonly isWell: boolean;
}

type MirrorStore = Pick<SessionStore, 'notes' | 'outboxOf'>;

/** A smaller difference may come from transit and from the whole seconds of HTTP's `Date`. */
const WRONG_CLOCK_S = 10;

const CURES: Readonly<Record<NocoFailure['type'], string>> = {
  unavailable: 'Check that NocoDB is running and that NOCODB_URL is its address.',
  spent: 'Wait, or raise NOCODB_REQUESTS_PER_MONTH.',
  displaced: 'Run the command again.',
  limited: 'NocoDB limits requests: wait, or lower NOCODB_REQUESTS_PER_SECOND.',
  redirected: 'Open NOCODB_URL in a browser, and set NOCODB_URL to the address that it then shows.',
  denied: 'Create a token in NocoDB (Account, Tokens) and set NOCODB_TOKEN to it.',
  'no-table': 'Set NOCODB_BASE_ID to the id in the address of the base, then run: nocodb setup.',
  'no-record': 'Run the command again.',
  'too-many': 'Run the command again.',
  refused: 'Fix it in NocoDB, then run the command again.',
};

/** Creates the table or adds missing fields. Rows are not changed. Safe to repeat. */
export async function setUp(config: NocoConfig, store: MirrorStore, signal: AbortSignal): Promise<Report> {
  const prepared = await prepareTable(
    connect(config, store.notes, signal),
    config.table,
    await readTableIds(store.notes, config.table),
  );
  if (prepared.type !== 'ok') return describe(prepared);
  const { done, table } = prepared.value;
  await writeTableIds(store.notes, store.outboxOf(NOCODB), table, config.table);
  const lines = [...done, ...table.leftOut.map(toWrong)];
  return {
    lines: lines.length > 0 ? lines : [`The table ${config.table} is complete.`],
    isWell: table.leftOut.length === 0,
  };
}

/** Checks the token, base, table, fields and clock, and counts waiting sessions. Changes nothing. */
export async function check(config: NocoConfig, store: MirrorStore, signal: AbortSignal): Promise<Report> {
  const { notes } = store;
  const client = connect(config, notes, signal);
  const known = await readTableIds(notes, config.table);
  const inspected = await inspectTable(client, config.table, known);
  const waiting = await describeWaiting(config, notes, store.outboxOf(NOCODB));
  if (inspected.type !== 'ok') return { lines: [...describe(inspected).lines, ...waiting], isWell: false };
  const { found, problems, leftOut } = inspected.value;
  const refused = known ? describeRejected(await readRejectedColumns(notes), known) : [];
  const aheadS = Math.round((client.clockAheadMs ?? 0) / 1_000);
  return {
    lines: [
      `ok       ${config.url} accepts the token`,
      `ok       base ${config.baseId}`,
      ...(found ? [`ok       table ${found.title}`] : []),
      ...(problems.length + leftOut.length + refused.length === 0
        ? ['ok       all fields, each of a type that can hold its values']
        : []),
      ...[...leftOut, ...refused].map(toWrong),
      ...problems.map((problem) => `WRONG    ${problem}. Run: nocodb setup`),
      Math.abs(aheadS) > WRONG_CLOCK_S
        ? `note     NocoDB's clock is ${aheadS} s ahead of this server's, which sessions use. Set both by NTP.`
        : "ok       NocoDB's clock agrees with this server's",
      ...waiting,
    ],
    isWell: problems.length + leftOut.length + refused.length === 0,
  };
}

function toWrong(sentence: string): string {
  return `WRONG    ${sentence}`;
}

/** How many sessions wait, and when the monthly limit allows the next request. */
async function describeWaiting(
  { requestsPerMonth }: NocoConfig,
  notes: Notes,
  outbox: Outbox,
): Promise<readonly string[]> {
  const oldestMs = await outbox.findOldestUntoldMs();
  const since = oldestMs === undefined ? '' : `; the oldest since ${new Date(oldestMs).toISOString()}`;
  const waitMs = await new RequestBudget(notes, requestsPerMonth, Date.now).waitMs();
  const next = new Date(Date.now() + waitMs).toISOString();
  return [
    `waiting  ${await outbox.countUntold()} sessions to be written${since}`,
    ...(waitMs > 0 ? [`waiting  the month's requests are used up; the next one can be sent at ${next}`] : []),
  ];
}

/** Marks the sessions that began at or after `fromMs`, so that the running server writes them again. */
export async function resync(store: MirrorStore, fromMs: number): Promise<Report> {
  const outbox = store.outboxOf(NOCODB);
  await outbox.forgetTold({ fromMs });
  return { lines: [`${await outbox.countUntold()} sessions are waiting to be written again.`], isWell: true };
}

function connect(config: NocoConfig, notes: Notes, signal: AbortSignal): NocoClient {
  return new NocoClient(config, new RequestBudget(notes, config.requestsPerMonth, Date.now), signal);
}

function describe(failure: NocoFailure): Report {
  return { lines: [`WRONG    ${failure.message}. ${CURES[failure.type]}`], isWell: false };
}
