// Codes by mail, without HTTP and a database: what is stored, which code is right, and how many an address gets.
import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { createHmac } from 'node:crypto';
import { createGateCodes, readCode, type GateCodes, type SendCode } from '../../../../server/gate/codes.ts';
import type { Codes, MailedCode } from '../../../../server/store/codes.ts';

const SECRET = 'secret-for-tests-only-0123456789abcdef';
const HOUR = 3_600_000;
const ANN = { email: 'ann@example.com', next: '/confidential/', isMeasured: true };
const BOB = { ...ANN, email: 'bob@other.example' };

let stored: MailedCode[];
let sent: Parameters<SendCode>[0][];
let refused: number;
let gate: GateCodes;
beforeEach(() => {
  vi.useFakeTimers({ now: Date.parse('2026-11-24T08:00:00Z') });
  [stored, sent, refused] = [[], [], 0];
  const codes: Codes = {
    add: async (code) => void stored.push(code),
    find: async (hash) => stored.find((one) => one.hash === hash),
    renew: async () => true,
    use: async (hash, codeHmac) => stored.find((one) => one.hash === hash && one.codeHmac === codeHmac),
  };
  const send: SendCode = (message) => void sent.push(message);
  const countRefusal = (): void => void refused++;
  const isListed = async (email: string): Promise<boolean> => email.endsWith('@example.com');
  gate = createGateCodes({ codes, secret: SECRET, isListed, send, countRefusal, now: Date.now });
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
