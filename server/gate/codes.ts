// Codes by mail: who gets one, how often, and which one is right. An address that is not on the list is treated alike, but for
// the mail: the same limits, the same row in the store, the same answer, and no code is right for it.
import { createHmac, randomBytes, randomInt } from 'node:crypto';
import { createCache } from '../http/cache.ts';
import type { CreateRateLimit } from '../http/rate-limit.ts';
import { SMALLEST_STEP_MS } from '../store/bounds.ts';
import { REQUEST_MS, type CodeRequest, type Codes } from '../store/codes.ts';
import { hashOfKey, makeKey } from '../store/key-hash.ts';

const CODE_MS = 10 * 60_000;
const BETWEEN_CODES_MS = 30_000;
/** Five tries each: so many guesses at one address, whoever makes them. */
const CODES_AN_HOUR = 5;
const CODES_A_DAY = 15;
/** The mail leaves at a random time, so that its work doesn't delay an answer that somebody measures. */
const MOST_DELAY_MS = 500;
/** A form that is sent again within this time is the same one. */
const SAME_FORM_MS = 10_000;
const MAX_FORMS = 10_000;

export type CodeLanguage = 'en' | 'de';
export type SendCode = (message: {
  readonly to: string;
  readonly code: string;
  readonly language: CodeLanguage;
}) => void;

export interface CodeParts {
  readonly codes: Codes;
  readonly secret: string;
  /** Whether the owner lets this address in. It does the same work for every address. */
  readonly isListed: (email: string) => Promise<boolean>;
  readonly send: SendCode;
  /** Counts a try with an address that the list doesn't have. */
  readonly countRefusal: (email: string) => void;
  readonly createRateLimit: CreateRateLimit;
  readonly now: () => number;
}

/** `sent`: that is what the reader is told. `limited` and `early`: how long to wait. */
export type Asked =
  { readonly type: 'sent'; readonly id: string } | { readonly type: 'limited' | 'early'; readonly seconds: number };

/** Who asks, for which page. */
export type CodeReader = Pick<CodeRequest, 'email' | 'next' | 'isMeasured'>;

export interface GateCodes {
  /** Sends a code. `id` is for the browser that asks. The same form asks once. */
  ask(reader: CodeReader, form: string | undefined, language: CodeLanguage): Promise<Asked>;
  /** Sends a new one to the same address. Undefined: nobody with this id has asked lately. */
  askAgain(id: string, language: CodeLanguage): Promise<Asked | undefined>;
  /** What was asked for with this id. */
  find(id: string): Promise<CodeRequest | undefined>;
  /** Resolves with whom the code was for, once. Undefined: it is not right, or no longer valid. */
  enter(id: string, code: string, form: string | undefined): Promise<CodeRequest | undefined>;
}

export function createGateCodes(parts: CodeParts): GateCodes {
  const { codes, secret, isListed, send, countRefusal, createRateLimit, now } = parts;
  const hmac = (text: string): string => createHmac('sha256', secret).update(text).digest('base64url');
  // A text that no access cookie has, because they are signed with the same secret.
  const hmacOf = (id: string, code: string): string => hmac(`code:${id}:${code}`);
  const limits = [
    createRateLimit('codes-an-hour', CODES_AN_HOUR, 3_600),
    createRateLimit('codes-a-day', CODES_A_DAY, 86_400),
  ];
  const asked = createCache<string, Promise<Asked>>({ max: MAX_FORMS, ttlMs: SAME_FORM_MS });
  const entered = createCache<string, Promise<CodeRequest | undefined>>({ max: MAX_FORMS, ttlMs: SAME_FORM_MS });

  const limitOf = async (email: string): Promise<number> => {
    const key = hmac(`address:${email}`);
    for (const limit of limits) {
      const seconds = await limit(key);
      if (seconds > 0) return seconds;
    }
    return 0;
  };

  const makeCode = async (id: string, email: string, language: CodeLanguage) => {
    const isMailed = await isListed(email);
    const code = String(randomInt(1_000_000)).padStart(6, '0');
    const [right, none] = [hmacOf(id, code), randomBytes(32).toString('base64url')];
    const sentMs = now();
    const tell = (): void => {
      const timer = setTimeout(() => {
        if (isMailed) send({ to: email, code, language });
        else countRefusal(email);
      }, randomInt(MOST_DELAY_MS));
      timer.unref();
    };
    return { row: { codeHmac: isMailed ? right : none, sentMs, untilMs: sentMs + CODE_MS }, tell };
  };

  const askOnce = async (reader: CodeReader, language: CodeLanguage): Promise<Asked> => {
    const seconds = await limitOf(reader.email);
    if (seconds > 0) return { type: 'limited', seconds };
    const id = makeKey();
    const { row, tell } = await makeCode(id, reader.email, language);
    await codes.add({ ...reader, ...row, hash: hashOfKey(id) }, now() - REQUEST_MS);
    tell();
    return { type: 'sent', id };
  };

  const find = async (id: string): Promise<CodeRequest | undefined> => {
    const found = await codes.find(hashOfKey(id));
    return found && found.sentMs > now() - REQUEST_MS ? found : undefined;
  };

  const enterOnce = async (id: string, code: string): Promise<CodeRequest | undefined> => {
    const used = await codes.use(hashOfKey(id), hmacOf(id, code), now());
    return used && (await isListed(used.email)) ? used : undefined;
  };

  return {
    find,
    ask(reader, form, language) {
      if (form === undefined) return askOnce(reader, language);
      const key = `${form} ${reader.email}`;
      const same = asked.get(key);
      if (same) return same;
      const made = askOnce(reader, language);
      asked.set(key, made);
      made.catch(() => asked.delete(key));
      return made;
    },
    async askAgain(id, language) {
      const found = await find(id);
      if (!found) return undefined;
      const early = { type: 'early', seconds: BETWEEN_CODES_MS / 1_000 } as const;
      const waitMs = found.sentMs + BETWEEN_CODES_MS - now();
      // One that was sent after now was sent before the clock was set back.
      if (waitMs > 0 && waitMs <= BETWEEN_CODES_MS + SMALLEST_STEP_MS)
        return { ...early, seconds: Math.ceil(waitMs / 1_000) };
      const seconds = await limitOf(found.email);
      if (seconds > 0) return { type: 'limited', seconds };
      const { row, tell } = await makeCode(id, found.email, language);
      if (!(await codes.renew({ ...row, hash: hashOfKey(id) }, now() - BETWEEN_CODES_MS))) return early;
      tell();
      return { type: 'sent', id };
    },
    async enter(id, typed, form) {
      const code = readCode(typed);
      if (code === undefined) return undefined;
      if (form === undefined) return enterOnce(id, code);
      const key = `${form} ${id} ${code}`;
      const same = entered.get(key);
      if (same) return same;
      const made = enterOnce(id, code);
      entered.set(key, made);
      const forget = (): void => entered.delete(key);
      made.then((reader) => reader ?? forget(), forget);
      return made;
    },
  };
}

/** Six digits, however they were grouped or pasted; undefined if it is something else. */
export function readCode(typed: string): string | undefined {
  return typed
    .normalize('NFKC')
    .replaceAll(/[\s\p{Pd}]/gu, '')
    .match(/^\d{6}$/)?.[0];
}
