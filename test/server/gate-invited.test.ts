// GATE=invited: only personal links open the pages.
import { afterEach, describe, expect, it } from 'vitest';
import { cookieOf, enter, FORM, invite, JSON_TYPE } from '../helpers/invite.ts';
import { NOW, startTestApp, type TestApp } from '../helpers/test-app.ts';

const ONLY_INVITED = 'These pages open only with a personal link.';

let app: TestApp;
afterEach(() => app.close());

const sessions = () => app.store.listSessions({ pageSize: 100 });

describe('with GATE=invited', () => {
  it('no typed address is let in, whichever it is, and the form has no field for one', async () => {
    app = await startTestApp({ GATE: 'invited', ALLOW: 'ann@example.com' });
    const form = await app.send('GET', '/access');
    expect(form.body).toContain(`>${ONLY_INVITED}</p>`);
    expect(form.body).toContain('<p>Please open the link that was sent to you.</p>');
    expect(form.body).not.toMatch(/<input[^>]*type="email"|<button/);
    const answers = new Set<string>();
    for (const email of ['ann@example.com', 'bob@example.com', 'no address', ''])
      for (const path of ['/access', '/access/invited', '/api/verify-temp-access']) {
        const body = new URLSearchParams({ email, form: 'form-1' }).toString();
        const answer = await app.send('POST', path, FORM, body);
        expect(answer.body).toContain(`>${ONLY_INVITED}</p>`);
        answers.add(`${path} ${answer.status} ${answer.body}`);
        const json = await app.send('POST', path, JSON_TYPE, JSON.stringify({ email }));
        answers.add(`${json.status} ${json.body}`);
      }
    expect([...answers].filter((answer) => /^\S+ 403 |^403 /.test(answer))).toHaveLength(answers.size);
    expect(answers.size).toBe(4);
    expect(await sessions()).toEqual([]);
    await app.writeRefusals();
    const refused = await app.store.refusals.listAddresses();
    expect(refused.map(({ email }) => email)).toEqual(['ann@example.com', 'bob@example.com']);
  });

  it('names whom to ask, in the language of the reader', async () => {
    app = await startTestApp({ GATE: 'invited', GATE_CONTACT: 'office@example.com' });
    const english = await app.send('GET', '/access');
    expect(english.body).toContain(
      'To get one, please ask <a href="mailto:office@example.com">office@example.com</a>.',
    );
    const german = await app.send('POST', '/api/verify-temp-access', { ...JSON_TYPE, 'accept-language': 'de' }, '{}');
    expect(german.body).toContain('Diese Seiten öffnen sich nur mit einem persönlichen Link. Um einen zu erhalten');
  });

  it('invited readers are let in, by a form whose field and button appear when it is known whose link it is', async () => {
    app = await startTestApp({ GATE: 'invited' });
    const form = await app.send('GET', '/access/invited');
    expect(form.body).toMatch(/<input id="email"[^>]* hidden>/);
    expect(form.body).toMatch(/<button [^>]* hidden>/);
    expect(form.body).toContain(`data-missing="${ONLY_INVITED}"`);
    const cookie = cookieOf(await enter(app, { invitation: await invite(app.store, NOW) }));
    expect((await app.send('GET', '/confidential/', { cookie })).status).toBe(200);
  });
});

it('a value that GATE doesn’t have is refused at the start', async () => {
  app = await startTestApp();
  await expect(startTestApp({ GATE: 'shut' })).rejects.toThrow('GATE: must be one of open, invited, confirmed');
});
