// The form of an answer: keys and kinds, no values; and whether one answer has what another one has.

/** Paths with kinds, like `records[].fields.sessionId: string`; of lists the first element. `null` tells nothing. */
export function formOf(value: unknown, path = ''): readonly string[] {
  if (value === null || value === undefined) return [];
  if (Array.isArray(value)) return [`${path}: list`, ...formOf(value[0], `${path}[]`)];
  if (typeof value === 'object') return Object.entries(value).flatMap(([key, one]) => formOf(one, `${path}.${key}`));
  return [`${path}: ${typeof value}${isDate(value) ? ' date' : ''}`];
}

/** As NocoDB shows date-times. */
function isDate(value: unknown): boolean {
  return typeof value === 'string' && /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\+00:00$/.test(value);
}
