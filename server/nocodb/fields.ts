// The table's fields by internal name: what each holds, and how a missing one is created.
import type { ValueKind } from './columns.ts';
import type { NewField } from './schemas.ts';

/** The internal names of the fields that the mirror writes. */
export type FieldName =
  'sessionId' | 'emailOfAccessor' | 'identity' | 'sessionStartTime' | 'sessionEndTime' | 'currentPage' | 'readingTime';

export const KINDS: Readonly<Record<FieldName, ValueKind>> = {
  sessionId: 'text',
  emailOfAccessor: 'text',
  identity: 'text',
  sessionStartTime: 'time',
  sessionEndTime: 'time',
  currentPage: 'text',
  readingTime: 'seconds',
};

export interface OurField extends NewField {
  readonly title: FieldName | 'durationMinutes';
}

const DATE_TIME = {
  date_format: 'YYYY-MM-DD',
  time_format: 'HH:mm:ss',
  '12hr_format': false,
  display_timezone: true,
  timezone: 'Etc/UTC',
};

export const DURATION_MINUTES: OurField = {
  title: 'durationMinutes',
  type: 'Formula',
  options: { formula: "DATETIME_DIFF({sessionEndTime},{sessionStartTime},'m')" },
};

/** In the order of the columns; the first is the title of a row. */
export const FIELDS: readonly OurField[] = [
  { title: 'emailOfAccessor', type: 'Email' },
  { title: 'sessionStartTime', type: 'DateTime', options: DATE_TIME },
  { title: 'sessionEndTime', type: 'DateTime', options: DATE_TIME },
  { title: 'readingTime', type: 'Duration', options: { duration_format: 'h:mm:ss' } },
  { title: 'currentPage', type: 'SingleLineText' },
  { title: 'identity', type: 'SingleLineText' },
  { title: 'sessionId', type: 'SingleLineText', unique: true },
  DURATION_MINUTES,
];

/** The table didn't always have these. One in use gets them by `nocodb setup`, not because the server was upgraded. */
export const LATER_FIELDS: readonly OurField['title'][] = ['identity'];
