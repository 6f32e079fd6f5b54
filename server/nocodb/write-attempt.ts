// One writing request, and what NocoDB shows afterwards. After any answer that doesn't say what was written, the records are
// read before anything is written again: a refusal, a 5xx, a timeout and nonsense have all come for rows that were written.
import { RECORD_IN_DOUBT, type Outbox, type Unmirrored } from '../store/outbox.ts';
import type { NocoFailure } from './response.ts';
import type { NocoClient } from './client.ts';
import { findDifferences, toFields } from './record.ts';
import type { NocoRecord } from './schemas.ts';
import type { FieldName } from './fields.ts';
import type { MirrorTable } from './table.ts';

/** Answers that concern NocoDB as a whole, after which a record that was to be made is not in doubt. */
const CERTAINLY_NOT_WRITTEN: readonly string[] = ['limited', 'spent', 'displaced', 'denied', 'no-table', 'too-many'];

/** A session of the batch, with what was sent of it. */
export interface Part {
  readonly row: Unmirrored;
  readonly names: readonly FieldName[];
}

/** A session that NocoDB doesn't show as it was sent. */
export interface Unshown extends Part {
  /** Which of them are not shown; undefined if the record was not seen at all. */
  readonly differing: readonly FieldName[] | undefined;
}

export type Attempt =
  /** NocoDB as a whole failed, or takes fewer records. */
  | NocoFailure
  /** What became of it can't be read before the month's limit lets it be. */
  | { readonly type: 'unread'; readonly failure: NocoFailure }
  /** A record of the batch was deleted; nothing was written. */
  | { readonly type: 'gone' }
  | {
      readonly type: 'tried';
      readonly shown: readonly Part[];
      readonly unshown: readonly Unshown[];
      /** Why not all is shown, without what could name a reader. */
      readonly reason: string;
      /** The answer itself shows the records: what it doesn't show as sent was dropped. */
      readonly isAnswered: boolean;
      /** A record is shown without a column that it must have: it was renamed or deleted. */
      readonly lacksColumn: boolean;
    };

/** @param parts all of them new, or none. */
export async function attempt(
  parts: readonly Part[],
  at: MirrorTable,
  client: NocoClient,
  outbox: Outbox,
): Promise<Attempt> {
  const isNew = parts[0]?.row.recordId === null;
  const note = (some: readonly Part[], recordId: string | null): Promise<void> =>
    outbox.setRecords(some.map(({ row }) => ({ id: row.session.id, recordId })));
  if (isNew) await note(parts, RECORD_IN_DOUBT);
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
  // What did not answer in NocoDB's own words may still be at work: look for it once more before it is made again.
  const compared = compare(parts, found.value, at, answer.type === 'unavailable' ? RECORD_IN_DOUBT : null);
  await setRecords(compared, outbox);
  const reason = answer.type === 'ok' ? reasonOf(compared.unshown) : answer.message;
  return { type: 'tried', ...compared, reason, isAnswered: false };
}

/**
 * Which rows the records show. They may be fewer, more, or in another order.
 * @param absent what is known of a new record that is not among them.
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

/** The one that is known; else the oldest of the session's, in case a person copied it. */
function findRecord(
  { session, recordId }: Unmirrored,
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

/** The column of the key is not there any more: which is which doesn't matter, each will be written as a whole. */
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
