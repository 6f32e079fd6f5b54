// The page on which readers see their own record: its headers, and that it is safe in any language.
import { expect, it } from 'vitest';
import { answerOwnRecordPage } from '../../../../server/gate/own-record-page.ts';
import { DEFAULT_THEME, type GateLanguage, type GateTheme } from '../../../../server/gate/theme.ts';
import { startKoa } from '../../../helpers/start-koa.ts';

const [english] = DEFAULT_THEME.languages;

async function ask(look: GateTheme, base = ''): Promise<{ readonly headers: Headers; readonly body: string }> {
  const url = await startKoa((ctx) => answerOwnRecordPage(ctx, look, base));
  const response = await fetch(url);
  return { headers: response.headers, body: await response.text() };
}

it('is HTML that browsers ask for again, that no search engine shows, in the language of the reader', async () => {
  const { headers } = await ask(DEFAULT_THEME);
  expect(Object.fromEntries(headers)).toMatchObject({
    'content-type': 'text/html; charset=utf-8',
    'cache-control': 'no-cache',
    'x-robots-tag': 'noindex',
    'content-language': 'en',
    vary: 'Accept-Language',
  });
});

it('is HTML, whatever the template begins with', async () => {
  const { headers } = await ask({ ...DEFAULT_THEME, template: 'Welcome {{form}}' });
  expect(headers.get('content-type')).toBe('text/html; charset=utf-8');
});

it('has a title, no introduction, no way back, and what its script shows', async () => {
  const template = '{{title}}|{{intro}}|{{back}}|{{form}}';
  const { body } = await ask({ ...DEFAULT_THEME, template }, '/work');
  expect(body.replaceAll(/\s+</g, '<')).toBe(
    `${english.texts.ownRecord}|||<stillhere-own-record lang="en" base="/work"></stillhere-own-record>` +
      '<script type="module" src="/work/stillhere-own-record.js"></script>' +
      `<noscript>${english.texts.needsScripts}</noscript>`,
  );
});

it('escapes the texts of the owner', async () => {
  const texts = { ...english.texts, ownRecord: '<b>', needsScripts: '<i>' };
  const language: GateLanguage = { ...english, texts };
  const { body } = await ask({ ...DEFAULT_THEME, template: '{{title}}{{form}}', languages: [language] });
  expect(body).toContain('&lt;b&gt;');
  expect(body).toContain('<noscript>&lt;i&gt;</noscript>');
});
