// Which column types can hold the mirror's values, how values are sent to them, and whether a response shows a value. A
// person may have created the table or changed a type. Pure.

/** Kinds of value: text, a time in whole seconds (sent as ISO 8601), a number of seconds. */
export type ValueKind = 'text' | 'time' | 'seconds';

export type Value = string | number | null;

/** NocoDB computes these itself. Writes are ignored or rejected. */
const COMPUTED = [
  ...words('ID AutoNumber Order Formula Lookup Rollup Count Button QrCode Barcode'),
  ...words('CreatedTime LastModifiedTime CreatedBy LastModifiedBy Meta Deleted'),
];
/** These hold references, choices, or only part of a value. */
const NARROW = [
  ...words('Links LinkToAnotherRecord ForeignKey User Collaborator Attachment Geometry GeoData JSON'),
  ...words('Checkbox SingleSelect MultiSelect Rating Year Time Date'),
];
const NUMBERS = ['Number', 'Decimal', 'Currency', 'Percent', 'Duration'];
const TIMES = ['DateTime'];

/**
 * A type in none of the lists (NocoDB adds new ones) is treated like text. Responses show whether it holds the value.
 */
export function canHold(type: string, kind: ValueKind): boolean {
  if (COMPUTED.includes(type) || NARROW.includes(type)) return false;
  if (NUMBERS.includes(type)) return kind === 'seconds';
  if (TIMES.includes(type)) return kind === 'time';
  return true;
}

export function toColumn(value: Value, type: string): Value {
  return typeof value === 'number' && !NUMBERS.includes(type) ? String(value) : value;
}

/** True if a response shows the value like this, whatever the column's type. */
export function isShownAs(value: Value, kind: ValueKind, shown: unknown): boolean {
  const isEmpty = shown === null || shown === undefined || shown === '';
  if (value === null || value === '' || isEmpty) return isEmpty && (value === null || value === '');
  if (typeof shown !== 'string' && typeof shown !== 'number') return false;
  if (kind === 'time') return toSecond(`${shown}`) === toSecond(`${value}`);
  if (kind === 'seconds') return Number(shown) === Number(value);
  return `${shown}` === `${value}`;
}

/** NocoDB drops fractions of seconds. */
function toSecond(time: string): number {
  return Math.floor(parseTime(time) / 1_000);
}

/** Epoch milliseconds; NaN where the text is no time. Without a zone it is in UTC. */
export function parseTime(text: string): number {
  const hasZone = /(?:Z|[+-]\d\d:?\d\d)$/i.test(text);
  return Date.parse(hasZone ? text : `${text}Z`);
}

function words(text: string): readonly string[] {
  return text.split(' ');
}
