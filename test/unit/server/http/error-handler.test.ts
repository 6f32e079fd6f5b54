// What is thrown becomes an answer: a client hears the sentence that is meant for it, the log hears the reason.
import type { Middleware } from 'koa';
import { pino } from 'pino';
import { describe, expect, it } from 'vitest';
import { errorHandler } from '../../../../server/http/error-handler.ts';
import { STORE_UNAVAILABLE } from '../../../../server/store/store-error.ts';
import { HttpError } from '../../../../server/http/http-error.ts';
import { startKoa } from '../../../helpers/start-koa.ts';

interface Seen {
  readonly status: number;
  readonly body: unknown;
  readonly retryAfter: string | null;
  readonly log: readonly { msg: string; err?: { message: string } }[];
}

async function see(middleware: Middleware): Promise<Seen> {
  const lines: string[] = [];
  const log = pino({ level: 'trace' }, { write: (line) => lines.push(line) });
  const response = await fetch(await startKoa(errorHandler(log), middleware));
  return {
    status: response.status,
    body: await response.json(),
    retryAfter: response.headers.get('retry-after'),
    log: lines.map((line) => JSON.parse(line) as Seen['log'][number]),
  };
}

const fail = (error: unknown): Middleware => {
  return () => {
    // oxlint-disable-next-line typescript/only-throw-error -- a host may throw anything
    throw error;
  };
};

describe('an error', () => {
  it.for([400, 404, 499])('that a client may know of (%i) is its answer, and not logged', async (status) => {
    expect(await see(fail(new HttpError(status, 'Send less')))).toEqual({
      status,
      body: { success: false, error: 'Send less' },
      retryAfter: null,
      log: [],
    });
  });

  it('with a time to come back says it', async () => {
    expect(await see(fail(new HttpError(429, 'Later', { retryAfterSeconds: 7 })))).toMatchObject({ retryAfter: '7' });
    expect(await see(fail(new HttpError(429, 'Now', { retryAfterSeconds: 0 })))).toMatchObject({ retryAfter: '0' });
  });

  it('of ours is logged with its reason, which the client is not told', async () => {
    const seen = await see(fail(new HttpError(500, 'Try again', { cause: new Error('disk is full') })));
    expect([seen.status, seen.body]).toEqual([500, { success: false, error: 'Try again' }]);
    expect(seen.log).toMatchObject([{ msg: 'request failed', err: { message: 'disk is full' } }]);
    expect((await see(fail(new HttpError(503, 'Not now')))).log).toMatchObject([{ err: { message: 'Not now' } }]);
  });

  it('of a store that can be used later is a 503 with a time to come back, and logged with its reason', async () => {
    const seen = await see(fail(Object.assign(new Error('disk is full'), { code: STORE_UNAVAILABLE })));
    expect(seen).toMatchObject({ status: 503, retryAfter: '5', log: [{ err: { message: 'disk is full' } }] });
    expect(seen.body).toEqual({ success: false, error: 'The store is not available; try again later' });
  });

  it.for([new Error('secret detail'), 'secret detail', undefined])(
    'of any other kind (%s) is a 500 without details',
    async (error) => {
      const seen = await see(fail(error));
      expect([seen.status, seen.body]).toEqual([500, { success: false, error: 'Internal server error' }]);
      expect(seen.log).toMatchObject([
        { err: { message: error === undefined ? 'Internal server error' : 'secret detail' } },
      ]);
    },
  );
});

it('without an error there is nothing to do', async () => {
  const seen = await see((ctx) => {
    ctx.body = { answered: true };
  });
  expect(seen).toMatchObject({ status: 200, body: { answered: true }, log: [] });
});

it('an HttpError has a code that programs can compare', () => {
  const cause = new Error('why');
  expect(new HttpError(503, 'Later', { cause, retryAfterSeconds: 5 })).toMatchObject({
    code: 'HTTP_FAILURE',
    status: 503,
    retryAfterSeconds: 5,
    message: 'Later',
    cause,
  });
  expect(new HttpError(400, 'No').retryAfterSeconds).toBeUndefined();
});
