// Sends one write request and checks what NocoDB shows afterwards. If the response doesn't contain the written records,
// they are read before anything else is written: rejections, 5xx, timeouts and malformed responses all occur for rows
// that were written.
import { RECORD_IN_DOUBT, type Outbox, type Untold } from '../store/outbox.ts';
import type { NocoFailure } from './response.ts';
import type { NocoClient } from './client.ts';
import { findDifferences, toFields } from './record.ts';
import type { NocoRecord } from './schemas.ts';
import type { FieldName } from './fields.ts';
import type { MirrorTable } from './table.ts';

/** Responses that concern NocoDB as a whole. After them, a new record is not in doubt. */
const CERTAINLY_NOT_WRITTEN: readonly string[] = ['limited', 'spent', 'displaced', 'denied', 'no-table', 'too-many'];

/** A session of the batch and the fields sent for it. */
export interface Part {
  readonly row: Untold;
  readonly names: readonly FieldName[];
}

/** A session that NocoDB doesn't show as sent. */
export interface Unshown extends Part {
  /** The fields that differ; undefined if the record was not found. */
  readonly differing: readonly FieldName[] | undefined;
}

export type Attempt =
  /** NocoDB as a whole failed, or accepts fewer records. */
  | NocoFailure
  /** The result can't be read until the monthly limit allows a request. */
  | { readonly type: 'unread'; readonly failure: NocoFailure }
  /** A record or a session of the batch was deleted; nothing was written. */
  | { readonly type: 'gone' }
  | {
      readonly type: 'tried';
      readonly shown: readonly Part[];
      readonly unshown: readonly Unshown[];
      /** Why not all rows are shown; contains no personal data. */
      readonly reason: string;
      /** The response itself shows the records, so missing values were dropped. */
      readonly isAnswered: boolean;
      /** A record is shown without a required column, which was renamed or deleted. */
      readonly lacksColumn: boolean;
    };

/** @param batch either all new, or none. */
export async function attempt(
  batch: readonly Part[],
  at: MirrorTable,
  client: NocoClient,
  outbox: Outbox,
): Promise<Attempt> {
  const isNew = batch[0]?.row.recordId === null;
  const note = (some: readonly Part[], recordId: string | null): Promise<ReadonlySet<string>> =>
    outbox.setRecords(some.map(({ row }) => ({ id: row.session.id, recordId })));
  const existing = isNew ? await note(batch, RECORD_IN_DOUBT) : undefined;
  const parts = batch.filter(({ row }) => existing?.has(row.session.id) !== false);
  if (parts.length === 0) return { type: 'gone' };
  const fields = parts.map(({ row, names }) => toFields(row.session, at, names));
  const answer = isNew
    ? await client.create(at.id, fields)
    : await client.update(
        at.id,
        parts.map(({ row }, nth) => ({ id: Number(row.recordId), fields: fields[nth] ?? {} })),
      );
  if (answer.type === 'ok') {
    const compared = compare(parts, answer.value, at, RECORD_IN_DOUBT);
    await setRecords(compared, outbox);
    const isWhole = compared.unshown.every(({ differing }) => differing !== undefined);
    if (isWhole) return { type: 'tried', ...compared, reason: reasonOf(compared.unshown), isAnswered: true };
  }
  if (answer.type === 'no-record' && !isNew) {
    const gone = parts.filter(({ row }) => row.recordId === answer.recordId);
    await note(gone.length > 0 ? gone : parts, RECORD_IN_DOUBT);
    return { type: 'gone' };
  }
  if (answer.type !== 'ok' && CERTAINLY_NOT_WRITTEN.includes(answer.type)) {
    if (isNew) await note(parts, null);
    return answer;
  }
  const ids = parts.map(({ row }) => row.session.id);
  const found = await client.find(at.id, at.columns.sessionId.id, ids);
  if (found.type === 'spent') return { type: 'unread', failure: found };
  if (found.type !== 'ok') return found;
  // Without a response from NocoDB itself, the write may still be in progress: check again before creating the record
  // again.
  const compared = compare(parts, found.value, at, answer.type === 'unavailable' ? RECORD_IN_DOUBT : null);
  await setRecords(compared, outbox);
  const reason = answer.type === 'ok' ? reasonOf(compared.unshown) : answer.message;
  return { type: 'tried', ...compared, reason, isAnswered: false };
}

/**
 * Compares the rows with the records, which may be fewer, more, or in another order.
 * @param absent the record id to assume for a new row that is not among them.
 */
export function compare(
  parts: readonly Part[],
  records: readonly NocoRecord[],
  at: MirrorTable,
  absent: string | null,
): { shown: Part[]; unshown: Unshown[]; lacksColumn: boolean } {
  const shown: Part[] = [];
  const unshown: Unshown[] = [];
  let lacksColumn = false;
  for (const [nth, { row, names }] of parts.entries()) {
    const record = findRecord(row, records, at) ?? findWithoutKey(nth, parts, records, at);
    const recordId = record ? String(record.id) : (row.recordId ?? absent);
    const known = { ...row, recordId };
    lacksColumn ||= record !== undefined && names.some((name) => !((at.columns[name]?.title ?? '') in record.fields));
    const differing = record && findDifferences(row.session, record.fields, at, names);
    if (differing?.length === 0) shown.push({ row: known, names });
    else unshown.push({ row: known, names, differing });
  }
  return { shown, unshown, lacksColumn };
}

/** The known record; otherwise the session's oldest, in case a person copied it. */
function findRecord(
  { session, recordId }: Untold,
  records: readonly NocoRecord[],
  at: MirrorTable,
): NocoRecord | undefined {
  const known = records.find(({ id }) => recordId !== null && String(id) === recordId);
  if (known) return known;
  const [oldest] = records
    .filter(({ fields }) => fields[at.columns.sessionId.title] === session.id)
    .toSorted((a, b) => Number(a.id) - Number(b.id));
  return oldest;
}

/** The key column is gone. The assignment doesn't matter, because each row will be written completely. */
function findWithoutKey(
  nth: number,
  parts: readonly Part[],
  records: readonly NocoRecord[],
  at: MirrorTable,
): NocoRecord | undefined {
  const isEach = records.length === parts.length && parts.every(({ row }) => row.recordId === null);
  return isEach && records.every(({ fields }) => !(at.columns.sessionId.title in fields)) ? records[nth] : undefined;
}

async function setRecords(
  { shown, unshown }: { shown: readonly Part[]; unshown: readonly Part[] },
  outbox: Outbox,
): Promise<void> {
  await outbox.setRecords([...shown, ...unshown].map(({ row }) => ({ id: row.session.id, recordId: row.recordId })));
}

function reasonOf(unshown: readonly Unshown[]): string {
  const [first] = unshown;
  return `it differs in ${first?.differing?.join(', ') ?? 'all'}`;
}
