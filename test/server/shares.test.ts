// Links that show a colleague what was read: what they show, and what they must not. openapi.test.ts has a table of all routes.
import { readFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isBelow } from '../../server/store/page-prefix.ts';
import type { CreatedShare, PageList, SessionDetail, SessionList, ShareList } from '../../sw/protocol/owner-api.ts';
import { makeSpan, NOW, OWNER_TOKEN, startTestApp, type Answer, type TestApp } from '../helpers/test-app.ts';

const SECOND = 1_000;
const MINUTE = 60_000;
const DAY = 24 * 3_600_000;
const OWNER = { authorization: `Bearer ${OWNER_TOKEN}` };
const JSON_TYPE = { 'content-type': 'application/json' };

let app: TestApp;
beforeEach(async () => {
  app = await startTestApp();
});
afterEach(() => app.close());

const share = (options: object): Promise<Answer> =>
  app.send('POST', '/api/shares', { ...OWNER, ...JSON_TYPE }, JSON.stringify(options));
const listShares = async (): Promise<ShareList> =>
  JSON.parse((await app.send('GET', '/api/shares', OWNER)).body) as ShareList;

function tokenOf({ body }: Answer): string {
  return (JSON.parse(body) as CreatedShare).link.split('#share=')[1] ?? '';
}

const logIn = (token: string): Promise<Answer> =>
  app.send('POST', '/api/owner/login', JSON_TYPE, JSON.stringify({ share: token }));

/** Sends requests with the cookie of the shared link. */
async function open(options: object): Promise<(path: string) => Promise<Answer>> {
  const [cookie = ''] = (await logIn(tokenOf(await share(options)))).headers['set-cookie'] ?? [];
  return (path) => app.send('GET', path, { cookie: cookie.split(';')[0] });
}

// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- says what the answer is
function parse<Value>({ status, body }: Answer): Value {
  if (status !== 200) throw new Error(`${status} ${body}`);
  return JSON.parse(body) as Value;
}

/** One reader reads two pages, one of them twice, and another reader only the other one. */
async function readPages(): Promise<void> {
  for (const [id, page, from, to] of [
    ['ann', '/report/', 0, 60],
    ['ann', '/secret/', 60, 200],
    ['ann', '/report/annex.html', 200, 230],
    ['ann', '/secret/', 230, 400],
    ['bob', '/secret/', 0, 100],
  ] as const) {
    if (from === 0) await app.makeSession(id);
    app.clock.now = NOW + to * SECOND;
    const times = { start: NOW + from * SECOND, end: NOW + to * SECOND };
    await app.deliver([makeSpan({ id: `${from}`, session: id, page, ...times, closed: true })]);
  }
  await app.store.totals.counting.count(['ann', 'bob']);
}

describe('a link', () => {
  it('is made by the owner, opens the API of one browser until it expires, and is shown once', async () => {
    const answer = await share({ pages: '/report', expires: '2d', label: ' Bea from finance ' });
    const { link, ...made } = parse<CreatedShare>(answer);
    expect(made).toEqual({
      id: expect.stringMatching(/^[\w-]{12}$/) as string,
      label: 'Bea from finance',
      pages: '/report/',
      created: new Date(NOW).toISOString(),
      expires: new Date(NOW + 2 * DAY).toISOString(),
      lastUsed: null,
    });
    expect(link).toMatch(new RegExp(`^${app.url}/owner#share=[\\w-]{32}$`));
    expect(await listShares()).toEqual({ shares: [made] });

    const token = tokenOf(answer);
    app.clock.now = NOW + DAY;
    const { status, headers } = await logIn(token);
    expect([status, headers['set-cookie']]).toEqual([
      200,
      [`stillhere_share=${token}; Max-Age=86400; Path=/api; HttpOnly; SameSite=Strict`],
    ]);
    expect((await listShares()).shares[0]?.lastUsed).toBe(new Date(NOW + DAY).toISOString());
    const cookie = `stillhere_share=${token}`;
    expect(parse(await app.send('GET', '/api/owner/login', { cookie }))).toEqual({
      role: 'share',
      label: 'Bea from finance',
      pages: '/report/',
      expires: new Date(NOW + 2 * DAY).toISOString(),
    });
    for (const file of [app.storeFile, `${app.storeFile}-wal`])
      expect((await readFile(file)).includes(token)).toBe(false);
    expect(app.logLines.join('\n')).not.toContain(token);
    app.clock.now = NOW + 2 * DAY;
    const late = await app.send('GET', '/api/sessions', { cookie });
    expect([late.status, late.body]).toEqual([401, expect.stringContaining('This link expired on 2026-11-26')]);
  });

  it('shows nothing from the moment it is revoked, and says so', async () => {
    const made = await share({});
    const cookie = `stillhere_share=${tokenOf(made)}`;
    expect((await app.send('GET', '/api/sessions', { cookie })).status).toBe(200);
    const { id } = parse<CreatedShare>(made);
    expect((await app.send('DELETE', `/api/shares/${id}`, OWNER)).status).toBe(200);
    expect(await listShares()).toEqual({ shares: [] });
    for (const answer of [await app.send('GET', '/api/sessions', { cookie }), await logIn(tokenOf(made))])
      expect([answer.status, answer.body]).toEqual([401, expect.stringContaining('This link was revoked')]);
    const again = await app.send('DELETE', `/api/shares/${id}`, OWNER);
    expect([again.status, again.body]).toEqual([404, expect.stringContaining('There is no shared link with this id')]);
    const unknown = await logIn('a'.repeat(32));
    expect([unknown.status, unknown.body]).toEqual([401, expect.stringContaining('This link is not valid')]);
  });

  it('shows its owner what it shows, and leaves the login alone', async () => {
    const [login = ''] =
      (await app.send('POST', '/api/owner/login', JSON_TYPE, JSON.stringify({ token: OWNER_TOKEN }))).headers[
        'set-cookie'
      ] ?? [];
    const owner = login.split(';')[0];
    const both = `${owner}; stillhere_share=${tokenOf(await share({}))}`;
    const roleOf = async (cookie: string | undefined): Promise<string> =>
      parse<{ role: string }>(await app.send('GET', '/api/owner/login', { cookie })).role;
    expect([await roleOf(owner), await roleOf(both)]).toEqual(['owner', 'share']);
    const { headers } = await app.send('DELETE', '/api/owner/login', { cookie: both });
    expect(headers['set-cookie']).toEqual([expect.stringMatching(/^stillhere_share=; Max-Age=0/)]);
    expect(await roleOf(owner)).toBe('owner');
  });

  it.for([
    [{ pages: 'report' }, 'pages: must be a path like /report/, which begins with /'],
    [{ expires: 'soon' }, 'expires: must be a time from now like 12h, 30d or 4w, or a date like 2026-12-24'],
    [{ expires: '2026-11-24' }, 'expires: must lie in the future, and at most a year from now'],
    [{ expires: '53w' }, 'expires: must lie in the future, and at most a year from now'],
    [{ expires: '0d' }, 'expires: must lie in the future, and at most a year from now'],
    [{ label: 'x'.repeat(101) }, 'label: must be a text of 1 to 100 characters'],
    [{ label: 'a\u001b[2J' }, 'label: must be a text of 1 to 100 characters'],
  ] as const)('is not made with %j', async ([options, error]) => {
    const { status, body } = await share(options);
    expect([status, JSON.parse(body)]).toEqual([400, { success: false, error }]);
  });

  it('is one of 500 at most', async () => {
    for (let nth = 0; nth < 500; nth++)
      await app.store.shares.add({
        id: `s${nth}`,
        hash: `h${nth}`,
        label: null,
        pages: null,
        createdMs: NOW,
        untilMs: NOW + DAY,
      });
    expect((await share({})).status).toBe(409);
  });
});

describe('a link for all pages', () => {
  it('shows every session by its ref and a name, page by page', async () => {
    for (let nth = 0; nth < 7; nth++) {
      const id = `session-${nth}`;
      await app.store.createSession({ id, email: `reader${nth % 2}@example.com`, startMs: NOW + nth });
    }
    const ask = await open({});
    const seen: SessionList['sessions'][number][] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const list: SessionList = parse(await ask(`/api/sessions?pageSize=2${next && `&cursor=${next}`}`));
      seen.push(...list.sessions);
      ({ next } = list);
      expect(Buffer.from(next ?? '', 'base64url').toString()).not.toContain('session-');
    }
    const refs = [];
    for (let nth = 6; nth >= 0; nth--) refs.push((await app.store.findSession(`session-${nth}`))?.ref);
    expect(seen.map(({ ref }) => ref)).toEqual(refs);
    expect(seen.map(({ id }) => id)).toEqual(refs);
    const names = new Set(seen.map(({ emailOfAccessor }) => emailOfAccessor));
    expect(names.size).toBe(2);
    for (const name of names) expect(name).toMatch(/^Reader [0-9a-f]{6}$/);
    // The same name in the totals.
    await readPages();
    const { readers } = parse<{ readers: { id: string; emailOfAccessor: string }[] }>(await ask('/api/readers'));
    const ann = parse<SessionDetail>(await ask(`/api/sessions/${(await app.store.findSession('ann'))?.ref}`));
    expect(readers.find(({ id }) => id === ann.reader)?.emailOfAccessor).toBe(ann.emailOfAccessor);
    for (const path of ['/api/sessions.csv', '/api/sessions.ndjson']) {
      const { body } = await ask(path);
      expect(body).toContain(ann.emailOfAccessor);
      expect(body).not.toContain('@');
    }
  });

  it.for(['email=ann@example.com', 'reader=ann@example.com', 'q=ann'])(
    'does not tell whether an address is in the record: %s',
    async (query) => {
      await readPages();
      const ask = await open({});
      for (const path of ['/api/sessions', '/api/sessions.csv'])
        expect((await ask(`${path}?${query}`)).status).toBe(403);
    },
  );
});

describe('a link for some pages', () => {
  it('shows the sessions that read them, as if nothing else had been read', async () => {
    await readPages();
    const ask = await open({ pages: '/report/' });
    const { sessions } = parse<SessionList>(await ask('/api/sessions'));
    const expected = {
      sessionStartTime: new Date(NOW).toISOString(),
      sessionEndTime: new Date(NOW + 230 * SECOND).toISOString(),
      durationMs: 230 * SECOND,
      readingTimeMs: 90 * SECOND,
      endKnownBy: 'goodbye',
      currentPage: '/report/annex.html',
      state: 'away',
    };
    expect(sessions).toMatchObject([expected]);
    const ref = sessions[0]?.ref ?? '';
    const detail = await ask(`/api/sessions/${ref}`);
    expect(detail.body).not.toContain('secret');
    expect(parse<SessionDetail>(detail)).toMatchObject({
      ...expected,
      pages: [
        { page: '/report/', readingTimeMs: 60 * SECOND },
        { page: '/report/annex.html', readingTimeMs: 30 * SECOND },
      ],
      spans: [{ id: '0' }, { id: '200' }],
    });
    const { pages } = parse<PageList>(await ask('/api/pages'));
    expect(pages.map(({ page }) => page).toSorted()).toEqual(['/report/', '/report/annex.html']);
    const hidden = (await app.store.totals.findPage({ name: '/secret/' }))?.id ?? '';
    expect((await ask(`/api/pages/${hidden}`)).status).toBe(404);
    expect(parse<PageList>(await ask('/api/pages?page=/secret/')).pages).toEqual([]);
    const bob = await app.store.findSession('bob');
    expect((await ask(`/api/sessions/${bob?.ref}`)).status).toBe(404);
  });

  it('goes on after sessions that it does not show', async () => {
    for (let nth = 0; nth < 6; nth++) {
      const session = `session-${nth}`;
      await app.store.createSession({ id: session, email: 'ann@example.com', startMs: NOW + nth * MINUTE });
      app.clock.now = NOW + 20 * MINUTE;
      const times = { start: NOW + nth * MINUTE, end: NOW + (nth + 1) * MINUTE };
      await app.deliver([makeSpan({ session, page: nth % 2 === 0 ? '/report' : '/reports/', ...times })]);
      await app.store.totals.counting.count([session]);
    }
    const ask = await open({ pages: '/report/' });
    const pages: string[][] = [];
    for (let next: string | undefined = ''; next !== undefined;) {
      const list: SessionList = parse(await ask(`/api/sessions?pageSize=1${next && `&cursor=${next}`}`));
      pages.push(list.sessions.map(({ sessionStartTime }) => sessionStartTime));
      ({ next } = list);
    }
    expect(pages.flat()).toEqual([4, 2, 0].map((nth) => new Date(NOW + nth * MINUTE).toISOString()));
  });

  it.for(['state=reading', 'sort=end', 'sort=reading', 'page=/secret/', 'q=report'])(
    'has no filter that tells more: %s',
    async (query) => {
      await readPages();
      const { status, body } = await (await open({ pages: '/report/' }))(`/api/sessions?${query}`);
      expect([status, body]).toEqual([403, expect.stringContaining(query.split('=')[0] ?? '')]);
    },
  );

  it('has no export, and says why', async () => {
    const { status, body } = await (await open({ pages: '/report/' }))('/api/sessions.csv');
    expect([status, body]).toEqual([403, expect.stringContaining("an export can't be limited to them")]);
  });

  it('means the same pages in the store and here', async () => {
    const names = [
      '/report',
      '/report/',
      '/report.html',
      '/report.htm?a',
      '/report.html?b',
      '/report.xhtml?c',
      '/report?a=1',
      '/report#a',
      '/report/a/b.html',
    ];
    const others = ['/', '/reports/', '/report.htmlx', '/reporting?a', '/Report/', '/a/report/', '/report-2/'];
    await app.makeSession('ann');
    app.clock.now = NOW + DAY;
    const spans = [...names, ...others].map((page, nth) =>
      makeSpan({ id: `${nth}`, session: 'ann', page, start: NOW + nth * MINUTE, end: NOW + (nth + 1) * MINUTE }),
    );
    await app.deliver(spans);
    await app.store.totals.counting.count(['ann']);
    const all = await app.store.totals.listPages({ sort: 'last', pageSize: 100 });
    const below = await app.store.totals.listPages({ sort: 'last', pageSize: 100, below: '/report/' });
    expect(below).toEqual(all.filter(({ name }) => isBelow(name, '/report/')));
    expect(names.every((name) => isBelow(name, '/report/'))).toBe(true);
    expect(others.some((name) => isBelow(name, '/report/'))).toBe(false);
    expect(below.length).toBeGreaterThan(3);
    expect(all.length).toBeGreaterThan(below.length + 5);
    expect(await app.store.totals.listPages({ sort: 'last', pageSize: 100, below: '/' })).toEqual(all);
  });
});
