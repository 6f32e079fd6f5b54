// A session as a record of the table, and whether an answer shows it as it was sent. Pure.
import type { Session } from '../store/session.ts';
import { isShownAs, toColumn, type Value } from './columns.ts';
import type { Fields } from './schemas.ts';
import { KINDS, type FieldName } from './fields.ts';
import { namesOf, type MirrorTable } from './table.ts';

/** What the record must show, by our names. NocoDB keeps whole seconds, so whole seconds are sent. */
export function valuesOf(session: Session): Readonly<Record<FieldName, Value>> {
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

/** The record's fields by id, as they are sent. @param names those of the table that are sent. */
export function toFields(session: Session, at: MirrorTable, names: readonly FieldName[] = namesOf(at)): Fields {
  const values = valuesOf(session);
  return Object.fromEntries(
    names.flatMap((name) => {
      const column = at.columns[name];
      return column ? [[column.id, toColumn(values[name], column.type)]] : [];
    }),
  );
}

/** Those of the names whose values the answer shows otherwise than they were sent. */
export function findDifferences(
  session: Session,
  answered: Fields,
  at: MirrorTable,
  names: readonly FieldName[] = namesOf(at),
): readonly FieldName[] {
  const values = valuesOf(session);
  return names.filter((name) => {
    const column = at.columns[name];
    return column !== undefined && !isShownAs(values[name], KINDS[name], answered[column.title]);
  });
}
