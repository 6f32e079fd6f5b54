// The owner's API and its OpenAPI document: every answer is as the document says, and nobody else gets one.
import { Validator } from '@seriousme/openapi-schema-validator';
import { Ajv2020 } from 'ajv/dist/2020.js';
import * as formats from 'ajv-formats';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeInvitation } from '../../server/sessions/make-invitation.ts';
import { makeShare } from '../../server/owner/share.ts';
import { describeApi } from '../../server/sessions/openapi.ts';
import { makeSpan, NOW, OWNER_TOKEN, startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

interface Operation {
  readonly responses: Readonly<Record<string, { readonly content?: Readonly<Record<string, unknown>> }>>;
  readonly security?: readonly unknown[];
  readonly parameters: readonly { readonly name: string; readonly in: string }[];
  readonly requestBody?: object;
}
const document = describeApi() as {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
};
const operations = Object.entries(document.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
);
const owned = operations.filter(({ operation }) => operation.security === undefined);

const MINUTE = 60_000;
const ALL_PAGES = { pages: null, untilMs: NOW + 60 * MINUTE };
const AUTHORIZATION = { authorization: `Bearer ${OWNER_TOKEN}` };
/** What routes need that have a body; others leave it out. */
const BODY = JSON.stringify({ email: 'new@example.com' });
let app: TestApp;
let names: Readonly<Record<string, string>>;
const ajv = new Ajv2020({ strict: false, allErrors: true });
formats.default(ajv);
ajv.addSchema(document, 'api');

/** A path with what exists in place of its parameters. */
const fill = (path: string): string =>
  path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(names[name] ?? ''));

/** `~1` is a slash in a JSON pointer. */
function problemsOf(answer: unknown, path: string, method: string, status: number, type: string): unknown {
  const pointer = ['paths', path, method.toLowerCase(), 'responses', String(status), 'content', type, 'schema']
    .map((part) => encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1')))
    .join('/');
  const validate = ajv.getSchema(`api#/${pointer}`);
  if (!validate) return `the document has no ${status} of ${method} ${path} as ${type}`;
  return validate(answer) === true ? [] : validate.errors;
}

const typeOf = ({ headers }: Answer): string => headers['content-type']?.split(';')[0] ?? '';

beforeAll(async () => {
  app = await startTestApp();
  for (const id of ['one', 'two', 'three']) {
    await app.makeSession(id);
    app.clock.now = NOW + 10 * MINUTE;
    const spans = Array.from({ length: 180 }, (_, nth) => {
      const start = NOW + nth * 3_000;
      return makeSpan({ id: `${nth}`, session: id, page: `/${nth % 9}/`, start, end: start + 2_000 });
    });
    if (id !== 'three') await app.deliver(spans);
  }
  // One whose device's clock is wrong, and enough spans for a second page.
  await app.deliver([makeSpan({ id: 'wrong', session: 'two', start: NOW - 90 * MINUTE, end: NOW - 89 * MINUTE })]);
  for (let part = 0; part < 3; part++)
    await app.deliver(
      Array.from({ length: 180 }, (_, nth) => makeSpan({ id: `${part}-${nth}`, session: 'one', end: NOW + nth })),
    );
  await app.store.totals.counting.count(['one', 'two', 'three']);
  const { totals } = app.store;
  const page = (await totals.listPages({ sort: 'last', pageSize: 1 }))[0];
  const { share } = await makeShare(app.store.shares, { ...ALL_PAGES, label: null }, app.url, app.clock.now);
  const guest = { ...ALL_PAGES, email: 'guest@example.com' };
  const { invitation } = await makeInvitation(app.store, guest, app.url, app.clock.now);
  const reader = await totals.readerIdOf('one@example.com');
  names = { id: 'one', reader, page: page?.id ?? '', share: share.id, invitation: invitation.id };
});
afterAll(() => app.close());

it('the document is valid OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(document);
  expect([valid, errors]).toEqual([true, undefined]);
  const { body } = await app.send('GET', '/api/openapi.json', AUTHORIZATION);
  expect(JSON.parse(body)).toEqual(document);
});

describe('every answer is as the document says', () => {
  const json = owned.filter(({ operation }) => operation.responses['200']?.content?.['application/json']);
  it.for(json)('$method $path', async ({ path, method, operation: { parameters, requestBody } }) => {
    // Others look at the reader that there is.
    const url = `${method} ${path}` === 'DELETE /api/readers/{reader}' ? '/api/readers/nobody@example.com' : fill(path);
    for (const query of ['', ...(parameters.some(({ name }) => name === 'pageSize') ? ['?pageSize=1'] : [])]) {
      const answer = requestBody
        ? await app.send(method, url, { ...AUTHORIZATION, 'content-type': 'application/json' }, BODY)
        : await app.send(method, url + query, AUTHORIZATION);
      expect(answer.status).toBe(200);
      expect(problemsOf(JSON.parse(answer.body), path, method, 200, 'application/json')).toEqual([]);
    }
    const refused = await app.send(method, `${fill(path)}?nonsense=1`, AUTHORIZATION);
    expect(refused.status).toBe(400);
    if (path !== '/api/openapi.json')
      expect(problemsOf(JSON.parse(refused.body), path, method, 400, typeOf(refused))).toEqual([]);
  });

  it.for(owned.filter(({ path, operation }) => '404' in operation.responses && path.includes('{')))(
    '$method $path, of what there is not',
    async ({ path, method }) => {
      const answer = await app.send(method, path.replace(/\{\w+\}/, 'nobody'), AUTHORIZATION);
      expect(answer.status).toBe(404);
      expect(problemsOf(JSON.parse(answer.body), path, method, 404, typeOf(answer))).toEqual([]);
    },
  );

  it('each line of an NDJSON export', async () => {
    const answer = await app.send('GET', '/api/sessions.ndjson', AUTHORIZATION);
    const lines = answer.body.trimEnd().split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines)
      expect(problemsOf(JSON.parse(line), '/api/sessions.ndjson', 'GET', 200, typeOf(answer))).toEqual([]);
  });

  it('sees a field that the document has not', async () => {
    const { body } = await app.send('GET', '/api/days', AUTHORIZATION);
    const more = { ...(JSON.parse(body) as object), more: 1 };
    expect(problemsOf(more, '/api/days', 'GET', 200, 'application/json')).toMatchObject([
      { keyword: 'additionalProperties' },
    ]);
  });

  it('login and logout', async () => {
    for (const [method, token, status] of [
      ['POST', OWNER_TOKEN, 200],
      ['POST', 'wrong', 401],
      ['DELETE', '', 200],
    ] as const) {
      const answer = await app.send(
        method,
        '/api/owner/login',
        { 'content-type': 'application/json' },
        method === 'POST' ? JSON.stringify({ token }) : undefined,
      );
      expect(answer.status).toBe(status);
      expect(problemsOf(JSON.parse(answer.body), '/api/owner/login', method, status, typeOf(answer))).toEqual([]);
    }
  });
});

describe('every owner route is refused', () => {
  it.for(owned)('$method $path', async ({ path, method }) => {
    const url = fill(path);
    for (const headers of [{}, { authorization: 'Bearer wrong' }, { cookie: 'stillhere_owner=wrong' }]) {
      const answer = await app.send(method, url, headers);
      expect([answer.status, answer.headers['www-authenticate']]).toEqual([401, 'Bearer']);
      expect(problemsOf(JSON.parse(answer.body), path, method, 401, typeOf(answer))).toEqual([]);
    }
    // A page of another origin, even with a login or the token.
    for (const headers of [
      { ...AUTHORIZATION, 'sec-fetch-site': 'cross-site' },
      { ...AUTHORIZATION, 'sec-fetch-site': 'same-site' },
      { ...AUTHORIZATION, origin: 'https://evil.example' },
    ]) {
      const answer = await app.send(method, url, headers);
      expect(answer.status).toBe(403);
      expect(answer.headers['access-control-allow-origin']).toBeUndefined();
      expect(problemsOf(JSON.parse(answer.body), path, method, 403, typeOf(answer))).toEqual([]);
    }
    const preflight = await app.send('OPTIONS', url, {
      origin: 'https://evil.example',
      'access-control-request-method': method,
      'access-control-request-headers': 'authorization',
    });
    expect(preflight.headers['access-control-allow-origin']).toBeUndefined();
  });

  it('except for pages of its own, and for clients that are no browser', async () => {
    for (const headers of [{}, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }, { origin: app.url }])
      expect((await app.send('GET', '/api/sessions', { ...AUTHORIZATION, ...headers })).status).toBe(200);
  });
});

/** For a link that shows all pages, and one that shows some: the status, or why not. */
const SHOWS: Readonly<Record<string, readonly [all: number, some: number]>> = {
  'GET /api/sessions': [200, 200],
  'GET /api/sessions/{id}': [200, 200],
  'GET /api/sessions/{id}/spans': [200, 200],
  'PUT /api/sessions/{id}/excluded': [403, 403],
  'DELETE /api/sessions/{id}/excluded': [403, 403],
  'GET /api/sessions.csv': [200, 403],
  'GET /api/sessions.ndjson': [200, 403],
  'GET /api/readers': [200, 403],
  'GET /api/readers/{reader}': [200, 403],
  'DELETE /api/readers/{reader}': [403, 403],
  'GET /api/readers/{reader}/erasure': [403, 403],
  'GET /api/readers/{reader}/export': [403, 403],
  'GET /api/erasures': [403, 403],
  'PUT /api/readers/{reader}/excluded': [403, 403],
  'DELETE /api/sessions/{id}/access': [403, 403],
  'DELETE /api/readers/{reader}/access': [403, 403],
  'PUT /api/readers/{reader}/access': [403, 403],
  'GET /api/refusals': [403, 403],
  'DELETE /api/readers/{reader}/excluded': [403, 403],
  'GET /api/pages': [200, 200],
  'GET /api/pages/{page}': [200, 200],
  'GET /api/days': [200, 403],
  'GET /api/shares': [403, 403],
  'POST /api/shares': [403, 403],
  'DELETE /api/shares/{share}': [403, 403],
  'GET /api/invitations': [403, 403],
  'POST /api/invitations': [403, 403],
  'DELETE /api/invitations/{invitation}': [403, 403],
  'GET /api/openapi.json': [200, 200],
  'GET /api/owner/login': [200, 200],
};

describe('a shared link shows what it may, and changes nothing', () => {
  const links = new Map<string, string>();
  let ref: string;
  beforeAll(async () => {
    const { store, url } = app;
    ref = (await store.findSession('one'))?.ref ?? '';
    const pageName = (await store.totals.findPage({ id: names['page'] ?? '' }))?.name ?? '';
    for (const [which, pages, untilMs] of [
      ['all', null, NOW + 60 * MINUTE],
      ['some', pageName, NOW + 60 * MINUTE],
      ['another', '/nowhere/', NOW + 60 * MINUTE],
      ['expired', null, NOW + MINUTE],
      ['revoked', null, NOW + 60 * MINUTE],
    ] as const) {
      const made = await makeShare(store.shares, { pages, label: null, untilMs }, url, NOW);
      links.set(which, `stillhere_share=${made.link.split('#share=')[1]}`);
      if (which === 'revoked') await store.shares.revoke(made.share.id, NOW);
    }
  });

  it('the table has every route but the live events', () => {
    const routes = owned.map(({ method, path }) => `${method} ${path}`);
    expect(routes.filter((route) => route !== 'GET /api/live').toSorted()).toEqual(Object.keys(SHOWS).toSorted());
  });

  it.for(owned.filter(({ path }) => path !== '/api/live'))('$method $path', async ({ path, method }) => {
    const url = path.replace('{id}', ref).replaceAll(/\{(\w+)\}/g, (_, name: string) => names[name] ?? '');
    const ask = (which: string, headers = {}): Promise<Answer> =>
      app.send(method, url, { cookie: links.get(which) ?? '', ...headers });
    for (const [nth, which] of ['all', 'some'].entries()) {
      const answer = await ask(which);
      expect(answer.status).toBe(SHOWS[`${method} ${path}`]?.[nth]);
      expect(answer.headers['cache-control']).toBe('no-store');
      for (const secret of ['@example.com', '"id":"one"', '"id":"two"', '"id":"three"'])
        expect(answer.body).not.toContain(secret);
      const type = typeOf(answer);
      if (type === 'application/json' && path !== '/api/openapi.json')
        expect(problemsOf(JSON.parse(answer.body), path, method, answer.status, type)).toEqual([]);
      expect((await ask(which, { 'sec-fetch-site': 'cross-site' })).status).toBe(403);
      expect((await ask(which, { authorization: 'Bearer wrong' })).status).toBe(401);
    }
    for (const [which, why] of [
      ['expired', 'This link expired on 2026-11-24'],
      ['revoked', 'This link was revoked'],
    ] as const) {
      const answer = await ask(which);
      expect([answer.status, answer.body]).toEqual([401, expect.stringContaining(why)]);
      expect(answer.headers['set-cookie']).toEqual([expect.stringMatching(/^stillhere_share=; Max-Age=0;/)]);
    }
  });

  it('live events, unless it is for some pages', async () => {
    const aborted = new AbortController();
    const headers = { cookie: links.get('all') ?? '' };
    expect((await fetch(`${app.url}/api/live`, { headers, signal: aborted.signal })).status).toBe(200);
    aborted.abort();
    const answer = await app.send('GET', '/api/live', { cookie: links.get('some') });
    expect([answer.status, answer.body]).toEqual([403, expect.stringContaining("live events can't be limited")]);
  });

  it('nothing of other pages', async () => {
    for (const path of [`/api/sessions/${ref}`, `/api/sessions/${ref}/spans`, `/api/pages/${names['page']}`])
      expect((await app.send('GET', path, { cookie: links.get('another') })).status).toBe(404);
    for (const path of ['/api/sessions', '/api/pages'])
      expect(JSON.parse((await app.send('GET', path, { cookie: links.get('another') })).body)).toEqual({
        [path.slice('/api/'.length)]: [],
      });
  });

  it('no session by its id, and no reader by an address', async () => {
    for (const path of ['/api/sessions/one', '/api/sessions/one/spans'])
      expect((await app.send('GET', path, { cookie: links.get('all') })).status).toBe(404);
    for (const name of ['one@example.com', 'nobody@example.com'])
      expect((await app.send('GET', `/api/readers/${name}`, { cookie: links.get('all') })).status).toBe(403);
  });
});
