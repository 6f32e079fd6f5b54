// Sessions as CSV (the only user of csv-stringify).
import { stringify } from 'csv-stringify/sync';
import type { ExportedSession } from '../../sw/protocol/owner-api.ts';

/** Later versions add columns at the end. */
const COLUMNS = [
  'ref',
  'emailOfAccessor',
  'sessionStartTime',
  'sessionEndTime',
  'durationMs',
  'readingTimeMs',
  'offlineMs',
  'endKnownBy',
  'state',
  'currentPage',
  'mirrored',
  'excluded',
  'identity',
  'measured',
  'accessEndedTime',
] as const satisfies readonly (keyof ExportedSession)[];

/** Lines end with CR LF (RFC 4180), and null is an empty cell. A spreadsheet takes no cell for a formula. */
export function toCsv(rows: readonly ExportedSession[]): string {
  return stringify([...rows], {
    columns: [...COLUMNS],
    escape_formulas: true,
    record_delimiter: 'windows',
    cast: { boolean: String },
  });
}

export const CSV_HEADINGS = `${COLUMNS.join(',')}\r\n`;
