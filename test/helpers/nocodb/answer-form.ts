// The structure of a response: keys and types without values; and whether one response contains another's.

/** Paths with types, like `records[].fields.sessionId: string`; of lists only the first element. Omits `null`. */
export function formOf(value: unknown, path = ''): readonly string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return [`${path}: list`, ...formOf(value[0], `${path}[]`)];
  if (typeof value === 'object') return Object.entries(value).flatMap(([key, one]) => formOf(one, `${path}.${key}`));
  return [`${path}: ${typeof value}${isDate(value) ? ' date' : ''}`];
}

/** NocoDB's format of date-times. */
function isDate(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00$/.test(value);
}
