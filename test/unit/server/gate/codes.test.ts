// Codes by mail, without HTTP and a database: what is stored, which code is right, and how many an address gets.
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createHmac } from 'node:crypto';
import { createGateCodes, readCode, type GateCodes, type SendCode } from '../../../../server/gate/codes.ts';
import { createRateLimit } from '../../../../server/http/rate-limit.ts';
import type { Codes, MailedCode } from '../../../../server/store/codes.ts';

const SECRET = 'secret-for-tests-only-0123456789abcdef';
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const ANN = { email: 'ann@example.com', next: '/confidential/', isMeasured: true };
const BOB = { ...ANN, email: 'bob@other.example' };

let stored: MailedCode[];
let sent: Parameters<SendCode>[0][];
let refused: number;
let domain: string;
let codes: { -readonly [Name in keyof Codes]: Codes[Name] };
let gate: GateCodes;
beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-24T08:00:00Z') });
  [stored, sent, refused, domain] = [[], [], 0, '@example.com'];
  codes = {
    add: async (code) => void stored.push(code),
    find: async (hash) => stored.find((one) => one.hash === hash),
    renew: async () => true,
    use: async (hash, codeHmac) => stored.find((one) => one.hash === hash && one.codeHmac === codeHmac),
  };
  const send: SendCode = (message) => void sent.push(message);
  const countRefusal = (): void => void refused++;
  const isListed = async (email: string): Promise<boolean> => email.endsWith(domain);
  gate = createGateCodes({ codes, secret: SECRET, isListed, send, countRefusal, createRateLimit, now: Date.now });
});
afterEach(() => vi.useRealTimers());

async function ask(reader = ANN): Promise<string> {
  const asked = await gate.ask(reader, undefined, 'en');
  if (asked.type !== 'sent') throw new Error(asked.type);
  vi.advanceTimersByTime(500);
  return asked.id;
}

it('a code of six digits is sent after the answer, and neither it nor the id is stored', async () => {
  const asked = await gate.ask(ANN, undefined, 'de');
  expect(sent).toEqual([]);
  vi.advanceTimersByTime(500);
  expect(sent).toEqual([{ to: ANN.email, code: expect.stringMatching(/^\d{6}$/) as unknown, language: 'de' }]);
  expect(JSON.stringify(stored)).not.toContain(sent[0]?.code);
  expect(JSON.stringify(stored)).not.toContain((asked as { id: string }).id);
});

it('a code that is about to be sent keeps no process from ending', async () => {
  const timers: NodeJS.Timeout[] = [];
  const fake = globalThis.setTimeout;
  vi.stubGlobal('setTimeout', (callback: () => void, ms: number) => timers[timers.push(fake(callback, ms)) - 1]);
  await gate.ask(ANN, undefined, 'en');
  vi.unstubAllGlobals();
  expect(timers).not.toEqual([]);
  expect(timers.filter((timer) => timer.hasRef())).toEqual([]);
  vi.advanceTimersByTime(500);
  expect(sent).toHaveLength(1);
});

it('is right with the id that asked for it, and with no other', async () => {
  const [id, other] = [await ask(), await ask()];
  expect(await gate.enter(other, sent[0]?.code ?? '', undefined)).toBeUndefined();
  expect(await gate.enter(id, sent[0]?.code ?? '', undefined)).toMatchObject(ANN);
});

it('an address that is not on the list gets a row and no mail, and none of the million codes is right for it', async () => {
  const id = await ask(BOB);
  expect([stored.length, sent.length, refused]).toEqual([1, 0, 1]);
  const hmacOf = (code: number): string =>
    createHmac('sha256', SECRET)
      .update(`code:${id}:${String(code).padStart(6, '0')}`)
      .digest('base64url');
  const right = stored[0]?.codeHmac;
  for (let code = 0; code < 1_000_000; code++) if (hmacOf(code) === right) throw new Error(`${code} is right`);
  // The same makes the code of an address that is on the list.
  const listed = await ask();
  const made = createHmac('sha256', SECRET).update(`code:${listed}:${sent[0]?.code}`).digest('base64url');
  expect(stored[1]?.codeHmac).toBe(made);
}, 60_000);

it('an address gets five codes an hour and fifteen a day, on the list or not', async () => {
  for (const reader of [ANN, BOB]) {
    for (let hour = 0; hour < 3; hour++) {
      for (let nth = 0; nth < 5; nth++) await ask(reader);
      expect(await gate.ask(reader, undefined, 'en')).toMatchObject({ type: 'limited' });
      vi.advanceTimersByTime(HOUR);
    }
    const asked = await gate.ask(reader, undefined, 'en');
    expect(asked.type === 'limited' && asked.seconds > 20 * 3_600).toBe(true);
    vi.advanceTimersByTime(21 * HOUR);
    await ask(reader);
  }
});

it('waiting readers who ask too often do not use up their day', async () => {
  for (let nth = 0; nth < 5; nth++) await ask();
  for (let nth = 0; nth < 50; nth++) await gate.ask(ANN, undefined, 'en');
  vi.advanceTimersByTime(HOUR);
  await ask();
});

it('is valid for ten minutes, and what was asked for an hour ago is forgotten', async () => {
  const add = vi.spyOn(codes, 'add');
  const id = await ask();
  const [code] = stored;
  expect((code?.untilMs ?? 0) - (code?.sentMs ?? 0)).toBe(10 * MINUTE);
  expect(add.mock.calls).toEqual([[expect.objectContaining(ANN), (code?.sentMs ?? 0) - HOUR]]);
  vi.setSystemTime((code?.sentMs ?? 0) + HOUR - 1);
  expect(await gate.find(id)).toMatchObject(ANN);
  vi.setSystemTime((code?.sentMs ?? 0) + HOUR);
  expect(await gate.find(id)).toBeUndefined();
  expect(await gate.find('nobody')).toBeUndefined();
});

it('has its zeros at the front, and is another one each time', async () => {
  const all = new Set<string>();
  for (let nth = 0; nth < 40; nth++) await ask({ ...ANN, email: `ann${nth}@example.com` });
  for (const { code } of sent) all.add(code);
  expect(all.size).toBeGreaterThan(35);
  for (const code of all) expect(code).toMatch(/^\d{6}$/);
});

describe('the same form', () => {
  const send = (reader = ANN, form = 'one') => gate.ask(reader, form, 'en');

  it('asks once, each address', async () => {
    const first = await send();
    expect(await send()).toBe(first);
    expect(stored).toHaveLength(1);
    await send(BOB);
    await send(ANN, 'two');
    expect(stored).toHaveLength(3);
  });

  it('can be sent again after the store has failed', async () => {
    const { add } = codes;
    codes.add = () => Promise.reject(new Error('disk is gone'));
    await expect(send()).rejects.toThrow('disk is gone');
    codes.add = add;
    expect(await send()).toMatchObject({ type: 'sent' });
    vi.advanceTimersByTime(500);
    expect(sent).toHaveLength(1);
  });

  it('is let in once more with the code that was used by it, and no other is', async () => {
    const [id, other] = [await ask(), await ask()];
    const [{ code } = { code: '' }] = sent;
    expect(await gate.enter(id, code, 'one')).toMatchObject(ANN);
    codes.use = async () => undefined;
    expect(await gate.enter(id, ` ${code.slice(0, 3)} ${code.slice(3)}`, 'one')).toMatchObject(ANN);
    const wrong = String((Number(code) + 1) % 1_000_000).padStart(6, '0');
    expect(await gate.enter(id, code, 'two')).toBeUndefined();
    expect(await gate.enter(id, code, undefined)).toBeUndefined();
    expect(await gate.enter(id, wrong, 'one')).toBeUndefined();
    expect(await gate.enter(other, code, 'one')).toBeUndefined();
  });

  it('that comes twice at once is let in, though the code is used up by the first', async () => {
    const id = await ask();
    const { use } = codes;
    let uses = 0;
    codes.use = async (...given) => (++uses === 1 ? use(...given) : undefined);
    const [{ code } = { code: '' }] = sent;
    const both = await Promise.all([gate.enter(id, code, 'one'), gate.enter(id, code, 'one')]);
    expect(both).toEqual([expect.objectContaining(ANN), expect.objectContaining(ANN)]);
  });

  it('is compared again after a wrong code, and after the store has failed', async () => {
    const id = await ask();
    const { use } = codes;
    const [{ code } = { code: '' }] = sent;
    codes.use = () => Promise.reject(new Error('disk is gone'));
    await expect(gate.enter(id, code, 'one')).rejects.toThrow('disk is gone');
    codes.use = async () => undefined;
    expect(await gate.enter(id, code, 'one')).toBeUndefined();
    codes.use = use;
    expect(await gate.enter(id, code, 'one')).toMatchObject(ANN);
  });
});

it('a code is worth nothing when its reader is let in no more, and nothing that is no code is tried', async () => {
  const use = vi.spyOn(codes, 'use');
  const id = await ask();
  expect(await gate.enter(id, '12345', undefined)).toBeUndefined();
  expect(use).not.toHaveBeenCalled();
  domain = '@nobody.example';
  expect(await gate.enter(id, sent[0]?.code ?? '', 'one')).toBeUndefined();
  expect(use.mock.calls).toEqual([[stored[0]?.hash, stored[0]?.codeHmac, Date.now()]]);
});

describe('a new code', () => {
  it('goes to the same address after half a minute, for the same id, in the language of now', async () => {
    const renew = vi.spyOn(codes, 'renew');
    const id = await ask();
    const sentMs = stored[0]?.sentMs ?? 0;
    vi.setSystemTime(sentMs + 29_001);
    expect(await gate.askAgain(id, 'de')).toEqual({ type: 'early', seconds: 1 });
    vi.setSystemTime(sentMs + 10_000);
    expect(await gate.askAgain(id, 'de')).toEqual({ type: 'early', seconds: 20 });
    vi.setSystemTime(sentMs + 30_000);
    expect(await gate.askAgain(id, 'de')).toEqual({ type: 'sent', id });
    expect(sent).toHaveLength(1);
    vi.advanceTimersByTime(500);
    const [, again] = sent;
    expect(again).toMatchObject({ to: ANN.email, language: 'de' });
    const codeHmac = createHmac('sha256', SECRET).update(`code:${id}:${again?.code}`).digest('base64url');
    const nowMs = sentMs + 30_000;
    const row = { hash: stored[0]?.hash, codeHmac, sentMs: nowMs, untilMs: nowMs + 10 * MINUTE };
    expect(renew.mock.calls).toEqual([[row, sentMs]]);
  });

  it('is not mailed where another request was a moment faster', async () => {
    const id = await ask();
    vi.advanceTimersByTime(30_000);
    codes.renew = async () => false;
    expect(await gate.askAgain(id, 'en')).toEqual({ type: 'early', seconds: 30 });
    vi.advanceTimersByTime(500);
    expect(sent).toHaveLength(1);
  });

  it('counts towards the five an hour, and is for nobody who asked for none', async () => {
    const id = await ask();
    expect(await gate.askAgain('nobody', 'en')).toBeUndefined();
    for (let nth = 0; nth < 4; nth++) await ask();
    vi.advanceTimersByTime(30_000);
    expect(await gate.askAgain(id, 'en')).toMatchObject({ type: 'limited' });
  });
});

it.for([
  ['482913', '482913'],
  [' 482 913\n', '482913'],
  ['482-913', '482913'],
  ['４８２９１３', '482913'],
  ['48291', undefined],
  ['4829133', undefined],
  ['482.913', undefined],
  ['', undefined],
] as const)('%j is read as %s', ([typed, code]) => {
  expect(readCode(typed)).toBe(code);
});
