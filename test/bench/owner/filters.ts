// The filters of the owner's list of sessions, as parts of a query.

const DAY_MS = 86_400_000;
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString();
const [month, year] = [daysAgo(30), daysAgo(365)];

/** By parameter: its values. One that begins with `no-` leaves the parameter out. */
export const FILTERS: readonly (readonly string[])[] = [
  ['sort=start', 'sort=end', 'sort=reading'],
  ['no-reader', 'email=reader7@example.com', 'reader=reader8@example.com', 'reader=nobody@example.com'],
  ['no-page', 'page=/a/', 'page=/nowhere/'],
  ['no-period', `from=${month}`, `to=${month}`, `from=${year}&to=${month}`],
  ['no-state', 'state=reading', 'state=away', 'state=ended', 'state=opened'],
  ['no-q', 'q=reader99', 'q=nothing'],
];

export function toQuery(combination: readonly string[]): string {
  return combination.filter((part) => !part.startsWith('no-')).join('&');
}
