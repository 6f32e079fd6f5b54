// Access that the owner takes back ends with the next request.
import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterEach, describe, expect, it } from 'vitest';
import type { ReaderDetail, RefusalList, SessionView } from '../../sw/protocol/owner-api.ts';
import { OWNER_TOKEN, startTestApp, type TestApp } from '../helpers/test-app.ts';

const CLI = new URL('../../server/cli.ts', import.meta.url).pathname;
const AUTHORIZATION = { authorization: `Bearer ${OWNER_TOKEN}` };
const EMAIL = 'ann@example.com';

let app: TestApp;
afterEach(() => app.close());

/** Undefined: refused. */
async function pass(email = EMAIL): Promise<string | undefined> {
  const json = { 'content-type': 'application/json' };
  const { headers } = await app.send('POST', '/api/verify-temp-access', json, JSON.stringify({ email }));
  return headers['set-cookie']?.map((line) => line.split(';')[0]).join('; ');
}
const read = async (cookie = ''): Promise<number> => (await app.send('GET', '/confidential/', { cookie })).status;
const own = async <Answer>(method: string, path: string): Promise<Answer> =>
  JSON.parse((await app.send(method, path, AUTHORIZATION)).body) as Answer;
const sessionOf = (cookie = ''): string => cookie.match(/session_record_id=([^;]+)/)?.[1] ?? '';

describe('the access of a reader', () => {
  it('ends with the next request, in all sessions, and the gate says what it says of any address', async () => {
    app = await startTestApp({ ALLOW: 'example.com,example.org' });
    const [ann, alsoAnn, bob] = [await pass(), await pass(), await pass('bob@example.com')];
    expect([await read(ann), await read(alsoAnn), await read(bob)]).toEqual([200, 200, 200]);
    expect(await own('DELETE', `/api/readers/${EMAIL}/access`)).toEqual({ success: true });
    expect([await read(ann), await read(alsoAnn), await read(bob)]).toEqual([303, 303, 200]);
    expect(await pass('ANN@example.com')).toBeUndefined();
    const answers = [];
    for (const email of [EMAIL, 'eve@evil.example']) {
      const json = { 'content-type': 'application/json' };
      const { status, body } = await app.send('POST', '/access', json, JSON.stringify({ email }));
      answers.push([status, body]);
    }
    expect(answers[0]).toEqual(answers[1]);
  });

  it('comes back with the owner’s word: the sessions that have not expired open again', async () => {
    app = await startTestApp();
    const ann = await pass();
    await own('DELETE', `/api/readers/${EMAIL}/access`);
    expect(await read(ann)).toBe(303);
    await own('PUT', `/api/readers/${EMAIL}/access`);
    expect([await read(ann), await read(await pass())]).toEqual([200, 200]);
  });

  it('is taken from a reader by id, and given back though nothing of the reader was ever counted', async () => {
    app = await startTestApp();
    await own('DELETE', '/api/readers/new@example.com/access');
    expect(await pass('new@example.com')).toBeUndefined();
    const { blocked } = await own<RefusalList>('GET', '/api/refusals');
    expect(blocked).toEqual([expect.objectContaining({ emailOfAccessor: 'new@example.com' })]);
    await own('PUT', `/api/readers/${blocked[0]?.id}/access`);
    expect(await pass('new@example.com')).toBeDefined();
  });

  it('is said on the page of the reader, and its record stays', async () => {
    app = await startTestApp();
    const ann = sessionOf(await pass());
    await app.store.totals.counting.count([ann]);
    expect((await own<ReaderDetail>('GET', `/api/readers/${EMAIL}`)).blocked).toBe(false);
    await own('DELETE', `/api/readers/${EMAIL}/access`);
    expect(await own<ReaderDetail>('GET', `/api/readers/${EMAIL}`)).toMatchObject({ blocked: true, opened: 1 });
  });

  it('is forgotten with the reader: an erased address is let in as any other', async () => {
    app = await startTestApp();
    await own('DELETE', `/api/readers/${EMAIL}/access`);
    await own('DELETE', `/api/readers/${EMAIL}`);
    expect((await own<RefusalList>('GET', '/api/refusals')).blocked).toEqual([]);
    expect(await pass()).toBeDefined();
  });
});

describe('the access of a session', () => {
  it('ends with the next request; its reader can pass the gate again', async () => {
    app = await startTestApp();
    const ann = await pass();
    expect(await own('DELETE', `/api/sessions/${sessionOf(ann)}/access`)).toEqual({ success: true });
    expect([await read(ann), await read(await pass())]).toEqual([303, 200]);
    const { accessEndedTime } = await own<SessionView>('GET', `/api/sessions/${sessionOf(ann)}`);
    expect(accessEndedTime).toBe(new Date(app.clock.now).toISOString());
  });
});

it.for([
  ['DELETE', '/api/sessions/nobody/access', 404],
  ['DELETE', '/api/readers/0123456789abcdef/access', 404],
  ['PUT', '/api/readers/no-address/access', 404],
  ['DELETE', '/api/readers/ann@example.com/access?soon=1', 400],
  ['GET', '/api/refusals?page=1', 400],
] as const)('%s %s is answered with %d', async ([method, path, status]) => {
  app = await startTestApp();
  expect((await app.send(method, path, AUTHORIZATION)).status).toBe(status);
});

it.for([
  ['DELETE', '/api/sessions/x/access'],
  ['DELETE', '/api/readers/ann@example.com/access'],
  ['PUT', '/api/readers/ann@example.com/access'],
  ['GET', '/api/refusals'],
] as const)('%s %s is the owner’s', async ([method, path]) => {
  app = await startTestApp();
  expect((await app.send(method, path)).status).toBe(401);
});

it('stillhere revoke ends it for a server that runs, with the next request, and undoes it', async () => {
  app = await startTestApp({ ALLOW: 'example.com' });
  const ann = await pass();
  await pass('eve@evil.example');
  await app.writeRefusals();
  const type = async (...words: readonly string[]): Promise<string> => {
    const env = { ...process.env, STORE_URL: `file:${app.storeFile}` };
    const run = promisify(execFile)(process.execPath, [CLI, ...words], { env });
    const { stdout, stderr } = await run.catch((error: { stdout: string; stderr: string }) => error);
    return stdout + stderr;
  };
  expect(await type('revoke', EMAIL)).toBe('From now on, no session of this reader has access. To undo it: --undo.\n');
  expect(await read(ann)).toBe(303);
  expect(await type('refusals')).toMatch(/^refused .*\neve@evil\.example +1 .*\n\nblocked .*\nann@example\.com /);
  expect(await type('revoke', EMAIL, '--undo')).toBe('The reader is let in again.\n');
  expect(await type('revoke', EMAIL, '--undo')).toBe('The reader was not blocked.\n');
  expect(await read(ann)).toBe(200);
  expect(await type('revoke', sessionOf(ann))).toContain('This session has no access any more');
  expect(await read(ann)).toBe(303);
  expect(await type('revoke', 'nobody')).toContain('There is no session nobody');
  expect(await type('revoke', sessionOf(ann), '--undo')).toContain('--undo: give the address of a reader');
});
