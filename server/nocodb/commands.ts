// `stillhere nocodb setup`, `check` and `resync`: for a person at a terminal. Each gives lines to print and says if all is well.
import type { SessionStore } from '../store/session-store.ts';
import type { NocoFailure } from './answer.ts';
import { NocoClient, type NocoConfig } from './client.ts';
import { readKnownTable, writeKnownTable } from './known-table.ts';
import { inspectTable, prepareTable } from './table.ts';

export interface Report {
  readonly lines: readonly string[];
  readonly isWell: boolean;
}

const CURES: Readonly<Record<NocoFailure['type'], string>> = {
  unavailable: 'Is NocoDB running, and NOCODB_URL its address?',
  limited: 'NocoDB limits requests: wait, or lower NOCODB_REQUESTS_PER_SECOND.',
  denied: 'Make a token in NocoDB (Account, Tokens) and set NOCODB_TOKEN.',
  'no-table': 'Set NOCODB_BASE_ID to the id in the address of the base, then run: nocodb setup.',
  'no-record': 'Run the command again.',
  refused: 'Mend it in NocoDB, then run the command again.',
};

/** Makes the table, or brings it up to what the mirror writes; rows stay as they are. May be run again and again. */
export async function setUp(config: NocoConfig, store: SessionStore, signal: AbortSignal): Promise<Report> {
  const prepared = await prepareTable(new NocoClient(config, signal), config.table, await readKnownTable(store));
  if (prepared.type !== 'ok') return describe(prepared);
  const { done, table } = prepared.value;
  await writeKnownTable(store, table);
  return { lines: done.length > 0 ? done : [`The table ${config.table} has all it needs.`], isWell: true };
}

/** Looks at the token, the base, the table, its fields, and what waits; changes nothing. */
export async function check(config: NocoConfig, store: SessionStore, signal: AbortSignal): Promise<Report> {
  const inspected = await inspectTable(new NocoClient(config, signal), config.table, await readKnownTable(store));
  if (inspected.type !== 'ok') return describe(inspected);
  const { problems } = inspected.value;
  const waiting = await store.countUnmirrored();
  return {
    lines: [
      `ok       ${config.url} answers, and the token opens the base ${config.baseId}`,
      ...problems.map((problem) => `WRONG    ${problem}. Run: nocodb setup`),
      ...(problems.length === 0 ? [`ok       the table ${config.table} has all it needs`] : []),
      `waiting  ${waiting} sessions to be written`,
    ],
    isWell: problems.length === 0,
  };
}

/** Has the sessions that began at `fromMs` or later written anew by the running server. */
export async function resync(store: SessionStore, fromMs: number): Promise<Report> {
  await store.forgetMirrored(fromMs, false);
  return { lines: [`${await store.countUnmirrored()} sessions wait to be written anew.`], isWell: true };
}

function describe(failure: NocoFailure): Report {
  return { lines: [`WRONG    ${failure.message}. ${CURES[failure.type]}`], isWell: false };
}
