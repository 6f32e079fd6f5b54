// The page for a code that was mailed: what each part of it says, and what it leaves out.
import { describe, expect, it } from 'vitest';
import { codePage, type CodeForm } from '../../../../server/gate/code-page.ts';
import { DEFAULT_THEME } from '../../../../server/gate/theme.ts';

const [english] = DEFAULT_THEME.languages;
const { texts } = english;
const FORM: CodeForm = { id: 'form"id', next: '/a?b&c', base: '' };
const LOOK = { ...DEFAULT_THEME, template: '{{title}}|{{intro}}|{{back}}|{{form}}' };
const page = (form: Partial<CodeForm> = {}, language = english): string =>
  codePage(LOOK, language, { ...FORM, ...form }).replaceAll(/\s+/g, ' ');
const PLAIN = `<input id="code" name="code" type="text" inputmode="numeric" autocomplete="one-time-code" maxlength="12" dir="ltr" spellcheck="false" required autofocus`;

describe('the form for a code', () => {
  it('says that a code was sent if the address has access, and leads on without scripts', () => {
    expect(page()).toBe(
      `${texts.title}|${texts.codeIntro}||` +
        `<form class="stillhere-form" lang="en" dir="ltr" method="post" action="" novalidate data-offline="${texts.offline}"> ` +
        '<input type="hidden" name="form" value="form&quot;id"> ' +
        '<input type="hidden" name="next" value="/a?b&amp;c"> ' +
        `<p class="stillhere-address"><a href="/access?next=%2Fa%3Fb%26c">${texts.codeOther}</a></p> ` +
        `<label for="code">${texts.codeLabel}</label> ${PLAIN}> ` +
        `<button data-opening="${texts.opening}">${texts.button}</button> ` +
        `<button class="stillhere-second" name="again" value="yes">${texts.codeAgain}</button> </form> ` +
        '<script type="module" src="/stillhere-gate.js"></script> ' +
        '<script type="module" src="/stillhere.js"></script> <session-heartbeat deliver-only worker="none"></session-heartbeat>',
    );
  });

  it('says to which address the code was sent', () => {
    expect(page({ email: '"a&b"@example.com' })).toContain(
      '<p class="stillhere-address"><bdi>&quot;a&amp;b&quot;@example.com</bdi> <a ',
    );
  });

  it('says why it is shown again, and marks the code only if the code is the reason', () => {
    const alert = '<p id="reason" role="alert">Not &lt;now&gt;</p> <button ';
    expect(page({ reason: 'Not <now>' })).toContain(`${PLAIN} aria-describedby="reason"> ${alert}`);
    expect(page({ reason: 'Not <now>', isWrong: true })).toContain(
      `${PLAIN} aria-invalid="true" aria-describedby="reason"> ${alert}`,
    );
  });

  it('says what was just done', () => {
    expect(page({ status: 'Sent & gone' })).toContain(
      `${PLAIN} aria-describedby="status"> <p id="status" role="status">Sent &amp; gone</p> <button `,
    );
  });

  it('has the language and direction of the reader, and lies under the path of the site', () => {
    const html = page({ base: '/work' }, { ...english, tag: 'x"', direction: "y'" });
    expect(html).toContain('lang="x&quot;" dir="y&#39;"');
    expect(html).toContain('href="/work/access?next=');
    expect(html).toContain('src="/work/stillhere-gate.js"');
  });
});
