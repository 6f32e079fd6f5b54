// The parameters of the owner's API and of its commands: one schema each, whose message says what the value must be. Pure.
import * as v from 'valibot';
import { readEmailAddress } from '../gate/email-address.ts';
import { isTimeZone } from '../store/days.ts';
import { isDate, readInstant } from './instant.ts';

export const MAX_PAGE_SIZE = 500;
export const DEFAULT_PAGE_SIZE = 50;
const LONGEST_PAGE = 2_000;
const LONGEST_SEARCH = 100;
/** As keyed-hash.ts makes them. */
const ID = /^[\w-]{16}$/;

/** A parameter that is given once. `read` gives undefined for a value that can't be used. */
export function parameter<Value>(must: string, read: (text: string) => Value | undefined) {
  return v.pipe(
    v.string('may be given once'),
    v.description(must),
    v.rawTransform(({ dataset, addIssue, NEVER }): Value => {
      const value = read(dataset.value);
      if (value !== undefined) return value;
      addIssue({ message: `must be ${must}` });
      return NEVER;
    }),
  );
}

/** One of several words. */
export function choice<const Word extends string>(...words: readonly Word[]) {
  return parameter(`one of ${words.join(', ')}`, (text) => words.find((word) => word === text));
}

/** A form sends `+` as a space, and so does who doesn't encode it. No address has a space in it. */
const withPlus = (text: string): string => text.trim().replaceAll(' ', '+');

export const email = parameter('an e-mail address', (text) => readEmailAddress(withPlus(text)));

/** An address or a keyed hash. */
export const reader = parameter('an e-mail address, or the id of a reader', readReader);

export function readReader(text: string): { readonly id: string } | { readonly email: string } | undefined {
  if (ID.test(text)) return { id: text };
  const address = readEmailAddress(withPlus(text));
  return address === undefined ? undefined : { email: address };
}

export const page = parameter('the name of a page, which begins with /, or its id', readPage);

export function readPage(text: string): { readonly id: string } | { readonly name: string } | undefined {
  if (ID.test(text)) return { id: text };
  return text.startsWith('/') && text.length <= LONGEST_PAGE ? { name: text } : undefined;
}

export const instant = parameter('a date like 2026-11-24, or a time like 2026-11-24T08:00:00Z', (text) =>
  readInstant(withPlus(text)),
);

/** A date, or epoch milliseconds: which moment a date means depends on the time zone. */
export const dayOrInstant = parameter('a date like 2026-11-24, or a time like 2026-11-24T08:00:00Z', (text) =>
  isDate(text) ? text : readInstant(withPlus(text)),
);

const LONGEST_ZONE = 60;
export const timeZone = parameter('a time zone like Europe/Berlin', (text) =>
  text.length <= LONGEST_ZONE && isTimeZone(text) ? text : undefined,
);

export const search = parameter(`a text of 1 to ${LONGEST_SEARCH} characters`, (text) => {
  const trimmed = text.trim();
  return trimmed.length > 0 && trimmed.length <= LONGEST_SEARCH ? trimmed : undefined;
});

export const pageSize = parameter(`a whole number, 1 to ${MAX_PAGE_SIZE}`, (text) => {
  const size = /^\d{1,3}$/.test(text) ? Number(text) : 0;
  return size >= 1 && size <= MAX_PAGE_SIZE ? size : undefined;
});

/** Where a list goes on. */
export interface Cursor {
  readonly sort: string;
  readonly value: number;
  readonly id: string;
}

export const cursor = parameter('the "next" of an earlier answer', readCursor);

export function writeCursor({ sort, value, id }: Cursor): string {
  return Buffer.from(`${sort} ${value} ${id}`).toString('base64url');
}

function readCursor(text: string): Cursor | undefined {
  const [, sort, value, id] =
    Buffer.from(text.slice(0, 200), 'base64url')
      .toString()
      .match(/^([a-z]+) (-?\d{1,15}) ([\w-]{0,64})$/) ?? [];
  return sort !== undefined && value !== undefined && id !== undefined ? { sort, value: Number(value), id } : undefined;
}
