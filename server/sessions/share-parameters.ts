// What a link for a colleague can be made with: in the API, and as options of `stillhere share`. Pure.
import * as v from 'valibot';
import { hasUnsafeCharacters } from '../http/unsafe-characters.ts';
import { HttpError } from '../http/http-error.ts';
import { parameter, readPage } from './parameters.ts';
import { readInstant } from './instant.ts';
import { readParameters } from './read-parameters.ts';

const UNITS_MS: Readonly<Record<string, number>> = { h: 3_600_000, d: 86_400_000, w: 7 * 86_400_000 };
const DEFAULT_EXPIRY = '30d';
const LONGEST_MS = 366 * 86_400_000;
const LONGEST_LABEL = 100;

const pages = parameter('a path like /report/, which begins with /', (text) => {
  const page = readPage(text);
  if (!page || !('name' in page) || hasUnsafeCharacters(text)) return undefined;
  return page.name.replace(/\/*$/, '/');
});

const expires = parameter('a time from now like 12h, 30d or 4w, or a date like 2026-12-24', (text) => {
  const [, count, unit = ''] = /^(\d{1,4})([hdw])$/.exec(text) ?? [];
  if (count !== undefined) return { afterMs: Number(count) * (UNITS_MS[unit] ?? 0) };
  const atMs = readInstant(text);
  return atMs === undefined ? undefined : { atMs };
});

const label = parameter(`a text of 1 to ${LONGEST_LABEL} characters`, (text) => {
  const trimmed = text.trim();
  return trimmed !== '' && trimmed.length <= LONGEST_LABEL && !hasUnsafeCharacters(trimmed) ? trimmed : undefined;
});

export const SHARE = {
  pages: v.optional(pages),
  expires: v.optional(expires, DEFAULT_EXPIRY),
  label: v.optional(label),
};

export interface ShareOptions {
  /** Ends with a slash; null: all pages. */
  readonly pages: string | null;
  readonly label: string | null;
  readonly untilMs: number;
}

/**
 * @param values by the name of the parameter, as given.
 * @param nowMs epoch milliseconds.
 * @throws HttpError 400 that names the parameter and says what it must be.
 */
export function readShare(values: Readonly<Record<string, unknown>>, nowMs: number): ShareOptions {
  const given = readParameters(SHARE, values);
  return { pages: given.pages ?? null, label: given.label ?? null, untilMs: endOf(given.expires, nowMs) };
}

/** @throws HttpError 400 if a link can't end then. */
export function endOf(end: v.InferOutput<typeof SHARE.expires>, nowMs: number): number {
  const untilMs = 'atMs' in end ? end.atMs : nowMs + end.afterMs;
  if (untilMs <= nowMs || untilMs - nowMs > LONGEST_MS)
    throw new HttpError(400, 'expires: must lie in the future, and at most a year from now');
  return untilMs;
}
