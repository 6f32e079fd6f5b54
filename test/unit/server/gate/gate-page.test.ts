// The gate's page: what each part of it says, and what it leaves out.
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { gatePage, gateStyleHashes, type GateForm } from '../../../../server/gate/gate-page.ts';
import { hashStyles } from '../../../../server/gate/template.ts';
import { DEFAULT_THEME, type GateTheme } from '../../../../server/gate/theme.ts';

const [english] = DEFAULT_THEME.languages;
const FORM: GateForm = { id: 'form-id', next: '/a?b&c' };
const page = (form: Partial<GateForm> = {}, look: Partial<GateTheme> = {}): string =>
  gatePage({ ...DEFAULT_THEME, template: '{{form}}', ...look }, english, { ...FORM, ...form });
const input = (html: string): string => html.match(/<input id="email"[^>]*>/s)?.[0].replaceAll(/\s+/g, ' ') ?? '';

describe('the form', () => {
  it('is sent to its own address, with its id and where it leads', () => {
    expect(page()).toMatch(
      /^<form class="stillhere-form" lang="en" dir="ltr" method="post" action="" novalidate data-offline="[^"]+">\s*<input type="hidden" name="form" value="form-id">\s*<input type="hidden" name="next" value="\/a\?b&amp;c">/,
    );
    expect(page()).toContain(`<label for="email">${english.texts.label}</label>`);
    expect(page()).toContain(`<button data-opening="${english.texts.opening}">${english.texts.button}</button>`);
  });

  it('asks for an address, and gives back what was typed', () => {
    const empty =
      '<input id="email" name="email" type="email" inputmode="email" autocomplete="email" autocapitalize="none" dir="ltr" spellcheck="false" required autofocus value="">';
    expect(input(page())).toBe(empty);
    expect(input(page({ email: '"x' }))).toBe(empty.replace('value=""', 'value="&quot;x"'));
  });

  it('says why it is shown again, to everybody', () => {
    const html = page({ reason: 'No <that>' });
    expect(html).toContain('<p id="reason" role="alert">No &lt;that&gt;</p>\n        <button ');
    expect(input(html)).toContain('value="" aria-describedby="reason">');
    // Only an address that was refused is marked as wrong: nothing is wrong with one that came too often.
    const refused = page({ reason: 'No', isBadAddress: true });
    expect(input(refused)).toContain('value="" aria-invalid="true" aria-describedby="reason">');
    // Nothing stands there without a reason.
    expect(page()).toMatch(/autofocus value="">\s+<button /);
  });

  it('links whom to ask, if that is an address', () => {
    const reason = "Ask o'b&c@example.com.";
    expect(page({ reason }, { contact: "o'b&c@example.com" })).toContain(
      'Ask <a href="mailto:o&#39;b%26c@example.com">o&#39;b&amp;c@example.com</a>.</p>',
    );
    expect(page({ reason: 'Ask Ann.' }, { contact: 'Ann' })).toContain('role="alert">Ask Ann.</p>');
  });

  it('ends with the notice, and the privacy page where there is one', () => {
    const seen = english.texts.notice.replace('{owner}', 'The owner of these pages');
    const notice = `${seen} ${english.texts.keptUntilErased}`;
    expect(page()).toContain(`<small>${notice}</small>`);
    expect(page({}, { privacyUrl: '/p?a&b' })).toContain(
      `<small>${notice} <a href="/p?a&amp;b">${english.texts.privacy}</a></small>`,
    );
  });

  it.for([
    [1, 'What is recorded is deleted 1 day after your last visit.'],
    [30, 'What is recorded is deleted 30 days after your last visit.'],
  ] as const)('says that a session is deleted after %d days', ([keptDays, sentence]) => {
    expect(page({}, { keptDays })).toContain(`${sentence}</small>`);
  });

  it('has the choice not to be measured only where the owner offers it', () => {
    expect(page()).not.toContain('unmeasured');
    expect(page({ isUnmeasured: false })).toContain('<input type="checkbox" name="unmeasured" value="1">');
    expect(page({ isUnmeasured: true })).toContain('<input type="checkbox" name="unmeasured" value="1" checked>');
  });

  it('delivers what an earlier visit has left on the device', () => {
    expect(page()).toMatch(
      /<\/form>\s*<script type="module" src="\/stillhere-gate\.js"><\/script>\s*<script type="module" src="\/stillhere\.js"><\/script>\s*<session-heartbeat deliver-only worker="none"><\/session-heartbeat>$/,
    );
  });
});

describe('under a path of the host', () => {
  it.for([
    ['/privacy/', '/work/privacy/'],
    ['/work/privacy', '/work/privacy'],
    ['https://a.example/privacy/', 'https://a.example/privacy/'],
  ] as const)('the privacy page %s is %s', ([privacyUrl, href]) => {
    expect(page({ base: '/work' }, { privacyUrl })).toContain(`<a href="${href}">`);
  });

  it('the script is there, too', () => {
    expect(page({ base: '/work' })).toContain('src="/work/stillhere.js"');
  });
});

describe('the owner', () => {
  it('is named in the notice and where the template says, as text', () => {
    const named = { ownerName: 'Doe & <Sons> $&', template: '<b>{{owner}}</b>{{form}}' };
    expect(page({}, named)).toMatch(/^<b>Doe &amp; &lt;Sons&gt; \$&amp;<\/b>/);
    expect(page({}, named)).toContain('<small>Doe &amp; &lt;Sons&gt; $&amp; sees the address you enter, ');
    expect(page({}, { template: '<b>{{owner}}</b>{{form}}' })).toMatch(/^<b><\/b>/);
  });
});

describe('the way back', () => {
  const template = '<nav>{{back}}</nav>{{form}}';

  it('is a link, which the form carries on so that a refusal has it, too', () => {
    const html = page({ base: '/work', wayBack: { path: '/a?b&c', isHome: false } }, { template });
    expect(html).toMatch(
      new RegExp(`^<nav><a class="stillhere-back" href="/work/a\\?b&amp;c">${english.texts.back}</a></nav>`),
    );
    expect(html).toContain('<input type="hidden" name="back" value="/work/a?b&amp;c">');
  });

  it('says that it leads to the home page, which needs not be carried', () => {
    const html = page({ wayBack: { path: '/', isHome: true } }, { template });
    expect(html).toContain(`href="/">${english.texts.home}</a></nav>`);
    expect(html).not.toContain('name="back"');
  });

  it('is not there where everything is behind the gate', () => {
    expect(page({}, { template })).toMatch(/^<nav><\/nav>/);
  });
});

describe('the page', () => {
  it('has language, direction and texts where the template says, each as text', () => {
    const language = { tag: 'x"', direction: "y'", texts: { ...english.texts, title: '<T>', intro: '&I' } };
    const template = '{{lang}}|{{dir}}|{{title}}|{{intro}}|{{form}}';
    const html = gatePage({ ...DEFAULT_THEME, template }, language, FORM);
    expect(html).toMatch(
      /^x&quot;\|y&#39;\|&lt;T&gt;\|&amp;I\|<form class="stillhere-form" lang="x&quot;" dir="y&#39;"/,
    );
  });

  it("has the gate's stylesheet and the owner's after it, which the policy names", () => {
    const css = readFileSync(new URL('../../../../server/gate/gate.css', import.meta.url), 'utf8');
    const look = { template: '{{style}}<style>own</style>{{form}}', style: 'p {}' };
    expect(page({}, look)).toMatch(/^<style>/);
    expect(page({}, look)).toContain(`<style>${css.replaceAll('\r\n', '\n')}p {}</style><style>own</style>`);
    const hashes = gateStyleHashes({ ...DEFAULT_THEME, ...look });
    expect(hashes).toEqual(hashStyles(page({}, look)));
    expect(hashes).toHaveLength(2);
  });
});
