// Converts a session to a record of the table, and checks whether a response shows it as sent. Pure.
import { knownReadingMs, type Session } from '../store/session.ts';
import { isShownAs, toColumn, type Value } from './columns.ts';
import type { Fields } from './schemas.ts';
import { KINDS, type FieldName } from './fields.ts';
import { namesOf, type MirrorTable } from './table.ts';

/** The values that the record must show, by internal name. NocoDB stores whole seconds, so whole seconds are sent. */
export function valuesOf(session: Session): Readonly<Record<FieldName, Value>> {
  const readingMs = knownReadingMs(session);
  const toSecond = (ms: number): string => new Date(Math.floor(ms / 1_000) * 1_000).toISOString();
  return {
    sessionId: session.id,
    emailOfAccessor: session.email,
    identity: session.identity,
    sessionStartTime: toSecond(session.startMs),
    sessionEndTime: session.endMs === null ? null : toSecond(session.endMs),
    currentPage: session.currentPage,
    readingTime: readingMs === null ? null : Math.floor(readingMs / 1_000),
  };
}

/** The fields to send, by column id. @param names the fields to include. */
export function toFields(session: Session, at: MirrorTable, names: readonly FieldName[] = namesOf(at)): Fields {
  const values = valuesOf(session);
  return Object.fromEntries(
    names.flatMap((name) => {
      const column = at.columns[name];
      return column ? [[column.id, toColumn(values[name], column.type)]] : [];
    }),
  );
}

/** The names whose values in the response differ from what was sent. */
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
