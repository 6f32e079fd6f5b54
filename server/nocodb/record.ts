// A session as a record of the table, and whether an answer shows it as it was sent. Pure.
import type { Session } from '../store/session-store.ts';
import type { Fields } from './shapes.ts';
import type { FieldName, MirrorTable } from './table.ts';

/** What the record must show, by our names. NocoDB keeps whole seconds, so whole seconds are sent. */
function valuesOf(session: Session): Readonly<Record<FieldName, string | number | null>> {
  const toSecond = (ms: number): string => new Date(Math.floor(ms / 1_000) * 1_000).toISOString();
  return {
    sessionId: session.id,
    emailOfAccessor: session.email,
    sessionStartTime: toSecond(session.startMs),
    sessionEndTime: session.endMs === null ? null : toSecond(session.endMs),
    currentPage: session.currentPage,
    readingTime: Math.floor(session.readingMs / 1_000),
  };
}

/** The record's fields by id, as they are sent. */
export function toFields(session: Session, { ids }: MirrorTable): Fields {
  return Object.fromEntries(Object.entries(valuesOf(session)).map(([name, value]) => [ids[name as FieldName], value]));
}

/** Our names of the fields that the answer shows otherwise than they were sent. */
export function findDifferences(session: Session, answered: Fields, { titles }: MirrorTable): readonly FieldName[] {
  const isSame = (name: FieldName, sent: string | number | null, shown: unknown): boolean => {
    if (sent === null) return shown === null || shown === undefined;
    if (name.endsWith('Time') && typeof sent === 'string') return Date.parse(String(shown)) === Date.parse(sent);
    return String(shown) === String(sent);
  };
  return Object.entries(valuesOf(session))
    .filter(([name, sent]) => !isSame(name as FieldName, sent, answered[titles[name as FieldName]]))
    .map(([name]) => name as FieldName);
}
