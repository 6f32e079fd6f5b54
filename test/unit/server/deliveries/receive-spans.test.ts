// How sightings are put together for one commit, and what follows when it fails. With a real store: test/server/acknowledgement.test.ts.
import { beforeEach, expect, it } from 'vitest';
import { createReceiver } from '../../../../server/deliveries/receive-spans.ts';
import type { Recorded, Sighting } from '../../../../server/store/session-store.ts';

let commits: number[];
let record: (sightings: readonly Sighting[]) => Promise<readonly Recorded[]>;
beforeEach(() => {
  commits = [];
  record = async (sightings) => sightings.map(() => 'stored');
});
const start = () => createReceiver({ record: (sightings) => (commits.push(sightings.length), record(sightings)) });
const seen = (count: number): Sighting[] => Array.from({ length: count }, () => ({ session: 'ann', receivedMs: 0 }));

it.for([
  [[2_000, 3_000], [5_000]],
  [
    [2_000, 3_001],
    [2_000, 3_001],
  ],
  [
    [6_000, 1],
    [6_000, 1],
  ],
  [
    [1, 6_000, 1, 1],
    [1, 6_000, 2],
  ],
  [[0, 0], [0]],
] as const)(
  'requests of %j sightings in one turn are commits of %j: 5,000, or one request',
  async ([requests, expected]) => {
    const receive = start();
    const answers = await Promise.all(requests.map((count) => receive(seen(count))));
    expect(answers.map(({ length }) => length)).toEqual(requests);
    expect(commits).toEqual(expected);
  },
);

it('a commit that fails is a refusal for now of all its requests, with the reason for the log', async () => {
  const cause = new Error('disk is gone');
  record = () => Promise.reject(cause);
  const receive = start();
  const refusal = {
    status: 503,
    message: 'The store is not available; send it again later',
    retryAfterSeconds: 5,
    cause,
  };
  const answers = await Promise.allSettled([receive(seen(1)), receive(seen(2))]);
  expect(answers).toMatchObject([
    { status: 'rejected', reason: refusal },
    { status: 'rejected', reason: refusal },
  ]);
  expect(commits).toEqual([3]);
});
