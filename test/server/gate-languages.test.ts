// The gate uses the reader's language: one of the two built-in ones, or one that the owner adds.
import { afterEach, describe, expect, it } from 'vitest';
import { SHIPPED_TEXTS, type GateTexts } from '../../server/gate/texts.ts';
import { writeOwnerFiles } from '../helpers/owner-files.ts';
import { startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

const SUBMIT = '/api/verify-temp-access';
const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
const { en, de } = SHIPPED_TEXTS as Record<'en' | 'de', GateTexts>;
const marked = (mark: string): Record<string, string> =>
  Object.fromEntries(Object.keys(en).map((name) => [name, `${mark} ${name}`]));

let app: TestApp | undefined;
afterEach(async () => {
  await app?.close();
  app = undefined;
});

async function ask(language: string | undefined, environment: Record<string, string> = {}): Promise<Answer> {
  app ??= await startTestApp(environment);
  return app.send('GET', '/access', language === undefined ? {} : { 'accept-language': language });
}

describe('the language', () => {
  it.for([
    [undefined, 'en'],
    ['', 'en'],
    ['*', 'en'],
    ['fr', 'en'],
    ['de', 'de'],
    ['de-CH', 'de'],
    ['DE-at, en;q=0.9', 'de'],
    ['fr, de;q=0.5, en;q=0.3', 'de'],
    ['en-GB, de;q=0.9', 'en'],
    ['de;q=0, en', 'en'],
    [';;,=', 'en'],
  ] as const)('that a browser asks for as %j is %s', async ([asked, tag]) => {
    const { headers, body } = await ask(asked);
    expect(headers).toMatchObject({ 'content-language': tag });
    expect(headers.vary).toMatch(/\bAccept-Language\b/);
    expect(body).toContain(`<html lang="${tag}" dir="ltr"`);
    const { title, intro, label, button, notice, owner, keptUntilErased } = tag === 'de' ? de : en;
    for (const text of [title, intro, label, button, `${notice.replace('{owner}', owner)} ${keptUntilErased}`])
      expect(body).toContain(`>${text}<`);
  });

  it('is kept in a refusal, for people and for programs', async () => {
    app = await startTestApp({ ALLOW: 'example.org' });
    const german = { 'accept-language': 'de' };
    const form = await app.send('POST', SUBMIT, { ...FORM, ...german }, 'email=ann');
    expect(form.body).toContain(de.badAddress);
    expect(form.body).toContain('<html lang="de"');
    const json = { 'content-type': 'application/json', ...german };
    const answer = await app.send('POST', SUBMIT, json, '{"email":"ann@example.com"}');
    expect([answer.status, answer.headers['content-language'], JSON.parse(answer.body)]).toEqual([
      403,
      'de',
      { success: false, error: de.notOnList },
    ]);
    expect(answer.headers.vary).toMatch(/\bAccept-Language\b/);
  });

  it('can be added by the owner, and the first one listed is the default', async () => {
    const variables = await writeOwnerFiles({
      GATE_TEXTS: { fr: marked('fr'), de: { title: 'Nur für Sie' }, ar: marked('ar') },
    });
    const french = await ask('it', variables);
    expect(french.headers['content-language']).toBe('fr');
    for (const name of ['title', 'intro', 'label', 'button']) expect(french.body).toContain(`>fr ${name}<`);
    expect(french.body).toMatch(/>fr notice [^<]+</);
    const german = await ask('de');
    expect(german.body).toContain('<h1>Nur für Sie</h1>');
    expect(german.body).toContain(de.intro);
    expect((await ask('ar')).body).toContain('<html lang="ar" dir="rtl"');
    expect((await ask('en')).body).toContain(en.intro);
  });

  it('tells invited readers what the owner says of what is seen, unless that is said for them, too', async () => {
    const own = { en: { notice: 'We see it.' }, de: { notice: 'Wir sehen es.', linkNotice: 'Wir sehen den Link.' } };
    const started = (app = await startTestApp({ ...(await writeOwnerFiles({ GATE_TEXTS: own })), GATE: 'invited' }));
    const ofLink = async (language: string): Promise<string | undefined> => {
      const { body } = await started.send('GET', '/access/invited', { 'accept-language': language });
      return /<small[^>]*>([^.]*\.)/.exec(body)?.[1];
    };
    expect([await ofLink('en'), await ofLink('de')]).toEqual(['We see it.', 'Wir sehen den Link.']);
  });

  it('of a region uses the texts of the language for missing ones', async () => {
    const { body } = await ask('de-CH', await writeOwnerFiles({ GATE_TEXTS: { 'de-ch': { button: 'Weiter lesen' } } }));
    expect(body).toContain('<html lang="de-CH"');
    expect(body).toContain('>Weiter lesen<');
    expect(body).toContain(de.intro);
  });
});

it('shows how long to wait', async () => {
  const variables = await writeOwnerFiles({ GATE_TEXTS: { en: { tooMany: 'In {wait}, {wait}!' } } });
  app = await startTestApp(variables);
  for (let time = 0; time < 60; time++) await app.send('POST', SUBMIT, FORM, `email=ann${time}@example.com`);
  const { status, headers, body } = await app.send('POST', SUBMIT, FORM, 'email=bob@example.com');
  expect(status).toBe(429);
  const seconds = headers['retry-after'];
  expect(seconds).toMatch(/^\d+$/);
  const wait = seconds === '1' ? '1 second' : `${seconds} seconds`;
  expect(body).toContain(`>In ${wait}, ${wait}!<`);
});

it('has the same texts in each built-in language', () => {
  for (const texts of Object.values(SHIPPED_TEXTS)) {
    expect(Object.keys(texts)).toEqual(Object.keys(en));
    for (const [name, text] of Object.entries(texts))
      expect([name, text.match(/\{\w+\}/g)]).toEqual([name, en[name as keyof GateTexts].match(/\{\w+\}/g)]);
  }
});
