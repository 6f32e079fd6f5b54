// What the owner's list of sessions says to questions that make no sense. test/helpers/session-search-contract.ts tests the others.
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { OWNER_TOKEN, startTestApp, type TestApp } from '../helpers/test-app.ts';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp();
});
afterAll(() => app.close());

async function get(query: string): Promise<{ status: number; error: string; list: { readonly next?: string } }> {
  const { status, body } = await app.send('GET', `/api/sessions?${query}`, { authorization: `Bearer ${OWNER_TOKEN}` });
  const answer = JSON.parse(body) as { readonly next?: string } & { readonly error: string };
  return { status, error: answer.error, list: answer };
}

describe('nonsense gets a 400 that names the parameter', () => {
  it.for([
    ['email=nobody', 'email: must be an e-mail address'],
    ['reader=bob', 'reader: must be an e-mail address, or the id of a reader'],
    ['reader=bob@example.com&email=bob@example.com', 'reader: must be left out where email is given'],
    ['page=report', 'page: must be the name of a page, which begins with /, or its id'],
    ['from=yesterday', 'from: must be a date like 2026-11-24, or a time like 2026-11-24T08:00:00Z'],
    ['to=2026-02-30', 'to: must be a date like 2026-11-24, or a time like 2026-11-24T08:00:00Z'],
    ['to=2026-11-24T25:00:00Z', 'to: must be a date like 2026-11-24, or a time like 2026-11-24T08:00:00Z'],
    ['from=2026-11-24&to=2026-11-24', 'to: must be after from'],
    ['state=gone', 'state: must be one of reading, away, ended, opened'],
    ['sort=email', 'sort: must be one of start, end, reading'],
    [`q=${'x'.repeat(101)}`, 'q: must be a text of 1 to 100 characters'],
    ['q=%20', 'q: must be a text of 1 to 100 characters'],
    ['e-mail=x', 'e-mail: must be one of email, reader, page, from, to, state, q, sort, pageSize, cursor'],
    ['__proto__=x', '__proto__: must be one of email, reader, page, from, to, state, q, sort, pageSize, cursor'],
  ] as const)('%s', async ([query, error]) => {
    expect(await get(query)).toMatchObject({ status: 400, error });
  });

  it('a cursor of another order', async () => {
    for (const id of ['one', 'two']) await app.makeSession(id);
    const { list: first } = await get('pageSize=1');
    expect(await get(`sort=end&cursor=${first.next}`)).toMatchObject({
      status: 400,
      error: 'cursor: must be the "next" of an earlier answer with the same sort',
    });
  });
});
