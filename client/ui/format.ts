// Formats times, durations and sizes. Pure.

const DAY_MS = 86_400_000;

/** The time of day, with the date unless it is today. */
export function formatTime(epochMs: number, now: number): string {
  const date = new Date(epochMs);
  const time = date.toLocaleTimeString('en-GB');
  const isToday = Math.abs(now - epochMs) < DAY_MS && date.getDate() === new Date(now).getDate();
  return isToday ? time : `${date.toLocaleDateString('en-GB', { day: 'numeric', month: 'short' })}, ${time}`;
}

/** In the two largest units, down to seconds. */
export function formatLength(ms: number): string {
  const seconds = Math.round(ms / 1000);
  const [hours, minutes] = [Math.floor(seconds / 3600), Math.floor((seconds % 3600) / 60)];
  if (hours > 0) return `${hours} h ${minutes} min`;
  return minutes > 0 ? `${minutes} min ${seconds % 60} s` : `${seconds} s`;
}

/** Where there is little room: whole minutes, from one on. */
export function formatAbout(ms: number): string {
  const minutes = Math.round(ms / 60_000);
  if (ms < 60_000) return formatLength(ms);
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

/** Short durations: of a request, or between two clocks. */
export function formatShort(ms: number): string {
  if (Math.abs(ms) < 1_000) return `${Math.round(ms)} ms`;
  return Math.abs(ms) < 60_000 ? `${(ms / 1000).toFixed(1)} s` : formatLength(ms);
}

export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, Math.floor(Math.log10(Math.max(1, bytes)) / 3));
  const value = bytes / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

export function formatCount(count: number, one: string, many = `${one}s`): string {
  return `${count} ${count === 1 ? one : many}`;
}
