// Which sessions the owner's pages ask for.
import { afterEach, expect, it, vi } from 'vitest';
import { listSessions } from '../../../../client/dashboard/owner-client.ts';

const { signal } = new AbortController();

/** The API, whose answer to the nth call has no sessions but a next page, until the last one. */
function answerEmpty(times: number, last: object): string[] {
  const asked: string[] = [];
  vi.stubGlobal('fetch', async (path: string) => {
    asked.push(path);
    return Response.json(asked.length > times ? last : { sessions: [], next: `after-${asked.length}` });
  });
  return asked;
}

afterEach(() => void vi.unstubAllGlobals());

it('an empty page of sessions is followed by the next one, until something is found', async () => {
  const asked = answerEmpty(2, { sessions: [{ id: 'found' }], next: 'more' });
  const found = await listSessions({ q: 'ann' }, signal);
  expect(found).toEqual({ sessions: [{ id: 'found' }], next: 'more', lookedAt: 6_000 });
  expect(asked).toEqual([
    '/api/sessions?q=ann&pageSize=100',
    '/api/sessions?q=ann&pageSize=100&cursor=after-1',
    '/api/sessions?q=ann&pageSize=100&cursor=after-2',
  ]);
});

it('ten empty pages are enough, and the next one can be asked for', async () => {
  const asked = answerEmpty(Infinity, {});
  expect(await listSessions({ q: 'ann' }, signal)).toEqual({ sessions: [], next: 'after-10', lookedAt: 20_000 });
  expect(asked).toHaveLength(10);
});

it('where nothing is left, nothing more is asked', async () => {
  const asked = answerEmpty(1, { sessions: [] });
  expect(await listSessions({ q: 'ann' }, signal)).toEqual({ sessions: [], lookedAt: 4_000 });
  expect(asked).toHaveLength(2);
});
