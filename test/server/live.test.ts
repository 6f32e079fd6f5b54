// The stream of changes for the owner's pages: a page that connects again learns whether it missed one.
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Feed } from '../../server/sessions/feed.ts';
import { startTestApp, type TestApp } from '../helpers/test-app.ts';

let app: TestApp;
let feed: Feed;
let count = 0;
beforeEach(async () => {
  app = await startTestApp();
  feed = new Feed(app.store);
});
afterEach(async () => {
  feed.close();
  await app.close();
});

const idOf = (text: unknown): string => /^id: (.+)$/m.exec(String(text))?.[1] ?? '';
const change = (): Promise<string> => app.makeSession(`s${count++}`);

/** What a stream begins with, and the first event on it. */
async function connect(lastId: string, meanwhile?: () => Promise<unknown>): Promise<readonly [string, string]> {
  const events = feed.events(lastId);
  const begin = String((await events.next()).value);
  const first = events.next();
  await meanwhile?.();
  const event = String((await first).value);
  await events.return(undefined);
  return [begin, event];
}

it('each event has an id, and so has the beginning of the stream, which is no event', async () => {
  const [begin, event] = await connect('', change);
  expect(begin).toMatch(/^retry: 1000\nid: \S+\n\n$/);
  expect(event).toMatch(/^event: changed\nid: \S+\ndata:\n\n$/);
  expect(idOf(event)).not.toBe(idOf(begin));
});

it('tells at once what was missed, and nothing if nothing was', async () => {
  const [, event] = await connect('', change);
  const lastId = idOf(event);
  // Only another change is an event.
  const [begin, next] = await connect(lastId, change);
  expect(idOf(begin)).toBe(lastId);
  expect(idOf(next)).not.toBe(lastId);
  await change();
  const [, missed] = await connect(idOf(next));
  expect(missed).toMatch(/^event: changed\n/);
});

it('tells at once after the server started again', async () => {
  const [begin, event] = await connect('another-process.0');
  expect(event).toMatch(/^event: changed\n/);
  expect(idOf(event)).toBe(idOf(begin));
});
