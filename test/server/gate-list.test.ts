// The list is private: a refusal is the same for every address, and attempts are limited.
import { afterEach, describe, expect, it } from 'vitest';
import { startTestApp, type TestApp } from '../helpers/test-app.ts';

const SUBMIT = '/api/verify-temp-access';
const FORM = { 'content-type': 'application/x-www-form-urlencoded', accept: 'text/html' };
const JSON_TYPE = { 'content-type': 'application/json' };
const ALLOW = 'ann@example.com, example.org';
/** Addresses that are not listed: similar to listed ones, and unrelated. */
const OTHERS = [
  'bob@example.com',
  'x@sub.example.org',
  'ann@example.com.evil.example',
  'example.org@x.example',
  'q@y.example',
];

let app: TestApp;
afterEach(() => app.close());

describe('a refusal by the list', () => {
  it('is the same for each address, except for the address itself', async () => {
    app = await startTestApp({ ALLOW });
    const answers = new Set<string>();
    for (const email of OTHERS) {
      const form = await app.send('POST', SUBMIT, FORM, new URLSearchParams({ email }).toString());
      const json = await app.send('POST', SUBMIT, JSON_TYPE, JSON.stringify({ email }));
      expect(form.body).toContain(`value="${email}"`);
      for (const { status, headers, body } of [form, json]) {
        const { date, 'content-length': length, ...others } = headers;
        expect(date).toBeDefined();
        answers.add(
          JSON.stringify([status, others, body.replaceAll(email, '…').replace(/name="form" value="[\w-]{16}"/, '')]),
        );
        if (body.startsWith('{')) expect(Number(length)).toBe(Buffer.byteLength(body));
      }
    }
    expect(answers.size).toBe(2);
    for (const answer of answers) {
      expect(answer).toMatch(/^\[403,/);
      expect(answer).not.toMatch(/example\.org|ann@/);
    }
  });

  it('names the contact, if the owner has set one', async () => {
    app = await startTestApp({ ALLOW, GATE_CONTACT: " Ann's office, $& <office@example.org> " });
    const form = await app.send('POST', SUBMIT, FORM, 'email=bob@example.com');
    expect(form.body).toContain('please ask Ann&#39;s office, $&amp; &lt;office@example.org&gt;.</p>');
    const json = await app.send('POST', SUBMIT, JSON_TYPE, '{"email":"bob@example.com"}');
    expect(json.body).toContain("please ask Ann's office, $& <office@example.org>.");
  });

  it('counts towards the rate limit, after which listed addresses are refused, too', async () => {
    app = await startTestApp({ ALLOW });
    const statuses = [];
    for (let time = 0; time < 60; time++)
      statuses.push((await app.send('POST', SUBMIT, FORM, `email=try${time}@example.com`)).status);
    for (const email of ['try@example.com', 'ann@example.com'])
      statuses.push((await app.send('POST', SUBMIT, FORM, `email=${email}`)).status);
    expect(statuses).toEqual([...Array<number>(60).fill(403), 429, 429]);
    expect(await app.store.listSessions({ pageSize: 9 })).toEqual([]);
  });
});
