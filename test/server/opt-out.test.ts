// Readers who choose not to be measured get access, and nothing of their reading is recorded.
import { afterEach, describe, expect, it } from 'vitest';
import type { SessionView } from '../../sw/protocol/owner-api.ts';
import { makeSpan, OWNER_TOKEN, startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

let app: TestApp;
afterEach(() => app.close());

const submit = (fields: Readonly<Record<string, string>>, headers: Readonly<Record<string, string>> = {}) =>
  app.send(
    'POST',
    '/access',
    { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html', ...headers },
    new URLSearchParams({ email: 'ann@example.com', ...fields }).toString(),
  );
const cookiesOf = ({ headers }: Answer): readonly string[] =>
  (headers['set-cookie'] ?? []).map((line) => line.split(';')[0] ?? '');
async function findSession(): Promise<SessionView | undefined> {
  const { body } = await app.send('GET', '/api/sessions', { authorization: `Bearer ${OWNER_TOKEN}` });
  return (JSON.parse(body) as { sessions: readonly SessionView[] }).sessions[0];
}
const isMeasured = async (): Promise<boolean | undefined> => (await findSession())?.measured;

describe('with OPT_OUT', () => {
  it('the choice gives access without the cookie that pages measure for', async () => {
    app = await startTestApp({ OPT_OUT: 'true' });
    const cookies = cookiesOf(await submit({ choice: '1', unmeasured: '1' }));
    expect(cookies).toEqual(['session_record_id=', expect.stringMatching(/^stillhere_access=./)]);
    expect((await app.send('GET', '/confidential/', { cookie: cookies.join('; ') })).status).toBe(200);
    expect(await isMeasured()).toBe(false);
  });

  it('nothing is recorded for the session, whoever delivers it', async () => {
    app = await startTestApp({ OPT_OUT: 'true' });
    const cookie = cookiesOf(await submit({ choice: '1', unmeasured: '1' })).join('; ');
    const id = (await findSession())?.id ?? '';
    await app.deliver([makeSpan({ session: id })]);
    await app.send('GET', '/confidential/report.pdf', { cookie, 'sec-fetch-dest': 'document' });
    const session = await findSession();
    expect([session?.readingTimeMs, session?.sessionEndTime, session?.currentPage]).toEqual([0, null, null]);
    expect(await app.store.listSpans(id)).toEqual([]);
  });

  it.for<[string, Record<string, string>, Record<string, string>, boolean]>([
    ['of the form', { choice: '1' }, {}, true],
    ['of the form, against the browser’s signal', { choice: '1' }, { 'sec-gpc': '1' }, true],
    ['of the browser, without a form', {}, { 'sec-gpc': '1' }, false],
    ['of a program', { unmeasured: '1' }, {}, false],
    ['of nobody', {}, {}, true],
    ['of a browser that says something else', {}, { 'sec-gpc': '0' }, true],
  ])('the choice is that %s', async ([, fields, headers, measured]) => {
    app = await startTestApp({ OPT_OUT: 'true' });
    await submit(fields, headers);
    expect(await isMeasured()).toBe(measured);
  });

  it('the form has the choice made where the browser sends Sec-GPC, and keeps it in a refusal', async () => {
    app = await startTestApp({ OPT_OUT: 'true' });
    const box = ({ body }: Answer): string | undefined => body.match(/<input type="checkbox"[^>]*>/)?.[0];
    const plain = await app.send('GET', '/access');
    expect([box(plain)?.includes('checked'), plain.headers.vary]).toEqual([false, expect.stringContaining('Sec-GPC')]);
    expect(box(await app.send('GET', '/access', { 'sec-gpc': '1' }))).toContain('checked');
    expect(box(await submit({ email: 'ann', choice: '1', unmeasured: '1' }))).toContain('checked');
    expect(box(await submit({ email: 'ann', choice: '1' }, { 'sec-gpc': '1' }))).not.toContain('checked');
  });
});

it('without OPT_OUT there is no choice, and none is obeyed', async () => {
  app = await startTestApp();
  expect((await app.send('GET', '/access', { 'sec-gpc': '1' })).body).not.toContain('name="unmeasured"');
  await submit({ choice: '1', unmeasured: '1' }, { 'sec-gpc': '1' });
  expect(await isMeasured()).toBe(true);
});
