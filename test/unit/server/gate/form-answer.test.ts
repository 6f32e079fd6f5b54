// What the answers of the gate have in common: ids of forms, the reader's language, times to wait, and headers.
import type { Context } from 'koa';
import { describe, expect, it } from 'vitest';
import {
  answerForm,
  chooseLanguage,
  newFormId,
  readFormId,
  tellToWait,
  wantsJson,
} from '../../../../server/gate/form-answer.ts';
import { DEFAULT_THEME, type GateLanguage } from '../../../../server/gate/theme.ts';
import { startKoa } from '../../../helpers/start-koa.ts';

const [english, german] = DEFAULT_THEME.languages as unknown as readonly [GateLanguage, GateLanguage];

describe('the id of a form', () => {
  it('is new each time, and is read again', () => {
    const ids = [newFormId(), newFormId()];
    expect(new Set(ids).size).toBe(2);
    for (const id of ids) {
      expect(id).toMatch(/^[\w-]{16}$/);
      expect(readFormId(id)).toBe(id);
    }
  });

  it.for([undefined, 7, ['one'], '', 'a b', '&one', 'x'.repeat(65), 'one\n'])('is not %j', (id) => {
    expect(readFormId(id)).toBeUndefined();
  });

  it('has up to 64 characters', () => {
    expect(readFormId('x'.repeat(64))).toBe('x'.repeat(64));
    expect(readFormId('-')).toBe('-');
  });
});

describe('JSON is the answer to', () => {
  it.for<[string, Record<string, string>, string, boolean]>([
    ['a form of a browser', { accept: 'text/html,*/*;q=0.8' }, 'application/x-www-form-urlencoded', false],
    ['anything', { accept: '*/*' }, 'application/x-www-form-urlencoded', false],
    ['a form of a program', { accept: 'application/json' }, 'application/x-www-form-urlencoded', true],
    ['JSON', { accept: 'text/html' }, 'application/json', true],
    ['what accepts neither', { accept: 'image/png' }, 'application/x-www-form-urlencoded', false],
  ])('%s (%o, %s): %s', async ([, headers, type, expected]) => {
    const url = await startKoa((ctx) => void (ctx.body = { isJson: wantsJson(ctx) }));
    const response = await fetch(url, { method: 'POST', headers: { ...headers, 'content-type': type }, body: '{}' });
    expect(await response.json()).toEqual({ isJson: expected });
  });
});

describe('a time to wait', () => {
  it.for([
    [1, '1 second', '1 Sekunde'],
    [59, '59 seconds', '59 Sekunden'],
    [119, '119 seconds', '119 Sekunden'],
    [120, '2 minutes', '2 Minuten'],
    [121, '3 minutes', '3 Minuten'],
    [7_199, '120 minutes', '120 Minuten'],
    [7_200, '2 hours', '2 Stunden'],
    [7_201, '3 hours', '3 Stunden'],
  ] as const)('of %d seconds is told in words of the language', ([seconds, inEnglish, inGerman]) => {
    expect(tellToWait(seconds, english)).toBe(english.texts.tooMany.replace('{wait}', inEnglish));
    expect(tellToWait(seconds, german, 'codeWait')).toBe(german.texts.codeWait.replace('{wait}', inGerman));
  });

  it('is told wherever the text of an owner has it', () => {
    const twice = { ...english, texts: { ...english.texts, tooMany: '{wait}, yes, {wait}' } };
    expect(tellToWait(5, twice)).toBe('5 seconds, yes, 5 seconds');
  });
});

it.for([
  ['de', german],
  ['fr', english],
] as const)('who reads %s gets a form that nobody keeps, in that language or the first', async ([asked, language]) => {
  const url = await startKoa((ctx: Context) =>
    answerForm(ctx, 403, DEFAULT_THEME, chooseLanguage(ctx, DEFAULT_THEME), { id: 'one', next: '/plan/' }),
  );
  const response = await fetch(url, { headers: { 'accept-language': asked } });
  expect([response.status, Object.fromEntries(response.headers)]).toEqual([
    403,
    expect.objectContaining({
      'content-type': 'text/html; charset=utf-8',
      'cache-control': 'no-store',
      'x-robots-tag': 'noindex',
      'stillhere-access': 'none',
      'content-language': language.tag,
      vary: 'Accept-Language',
    }),
  ]);
  expect(await response.text()).toContain(`>${language.texts.button}<`);
});
