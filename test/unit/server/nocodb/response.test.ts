// What NocoDB's responses mean (probed on 0.301.3).
import { describe, expect, it } from 'vitest';
import { classify, toBudgetSpent, toRedirected, type NocoFailure } from '../../../../server/nocodb/response.ts';

const of = (status: number, json?: unknown, headers: Record<string, string> = {}): NocoFailure =>
  classify(new Response(null, { status, headers }), json);

describe('a failure', () => {
  it.for<[number, unknown, NocoFailure['type']]>([
    // A proxy in front of NocoDB, or NocoDB while it starts.
    [404, undefined, 'unavailable'],
    [408, { message: 'slow' }, 'unavailable'],
    [500, { message: 'broken' }, 'unavailable'],
    [502, undefined, 'unavailable'],
    [403, undefined, 'unavailable'],
    [400, 'text', 'unavailable'],
    [399, { message: 'odd' }, 'unavailable'],
    [413, undefined, 'too-many'],
    [401, undefined, 'denied'],
    [401, { error: 'ERR_AUTHENTICATION_REQUIRED' }, 'denied'],
    [403, { error: 'ERR_FORBIDDEN' }, 'denied'],
    [404, { error: 'ERR_TABLE_NOT_FOUND' }, 'no-table'],
    [422, { error: 'ERR_BASE_NOT_FOUND' }, 'no-table'],
    [404, { error: 'ERR_RECORD_NOT_FOUND' }, 'no-record'],
    [422, { error: 'ERR_MAX_PAYLOAD_LIMIT_EXCEEDED' }, 'too-many'],
    [400, { message: 'no such column' }, 'refused'],
    [422, {}, 'refused'],
  ])('with status %d and body %j is %s', ([status, json, type]) => {
    expect(of(status, json).type).toBe(type);
  });

  it('says what NocoDB said: the message, or what there is in its place', () => {
    expect(of(400, { message: 'one', msg: 'two', error: 'three' }).message).toBe('HTTP 400: one');
    expect(of(400, { msg: 'two', error: 'three' }).message).toBe('HTTP 400: two');
    expect(of(400, { error: 'three' }).message).toBe('HTTP 400: three');
    expect(of(400, {}).message).toBe('HTTP 400');
    expect(of(502).message).toBe('HTTP 502');
  });

  it('that has a status of success says that the answer is not the API’s', () => {
    expect(of(200)).toEqual({ type: 'unavailable', message: "HTTP 200, but not a response of NocoDB's API" });
    expect(of(400, 'text').message).toBe('HTTP 400');
  });

  it('of a record that is gone names it, if NocoDB does', () => {
    const named = of(404, { error: 'ERR_RECORD_NOT_FOUND', message: "Record '17' not found" });
    expect(named).toEqual({ type: 'no-record', message: "HTTP 404: Record '17' not found", recordId: '17' });
    expect(of(404, { error: 'ERR_RECORD_NOT_FOUND' })).not.toHaveProperty('recordId');
    expect(of(404, { error: 'ERR_RECORD_NOT_FOUND', message: 'gone' })).not.toHaveProperty('recordId');
  });

  it('of too many records names the limit, if NocoDB does', () => {
    const error = 'ERR_MAX_PAYLOAD_LIMIT_EXCEEDED';
    expect(of(422, { error, message: 'at most 25 records' })).toMatchObject({ type: 'too-many', most: 25 });
    for (const message of ['at most 0 records', 'too many', undefined])
      expect(of(422, { error, message })).not.toHaveProperty('most');
  });
});

describe('a limit that was reached', () => {
  it('is over when NocoDB says, after a day at most, and by default after half a minute', () => {
    const retryAfterMs = (header?: string): number | undefined =>
      of(429, undefined, header === undefined ? {} : { 'retry-after': header }).retryAfterMs;
    expect(retryAfterMs('7')).toBe(7_000);
    expect(retryAfterMs('0')).toBe(0);
    expect(retryAfterMs('90000')).toBe(24 * 60 * 60_000);
    expect([retryAfterMs(), retryAfterMs(''), retryAfterMs('-1'), retryAfterMs('soon')]).toEqual([
      30_000, 30_000, 30_000, 30_000,
    ]);
    expect(of(429, { msg: 'slow down' })).toMatchObject({ type: 'limited', message: 'HTTP 429: slow down' });
  });

  it('of a month says how long to wait', () => {
    expect(toBudgetSpent(5)).toEqual({
      type: 'spent',
      message: 'the requests of NOCODB_REQUESTS_PER_MONTH are used up for now',
      retryAfterMs: 5,
    });
  });
});

describe('a redirect that is not followed', () => {
  it('names where it leads only if that is another origin, and says what to do', () => {
    const messageOf = (to: string | undefined): string =>
      toRedirected({ status: 301, to }, 'https://noco.example/app').message;
    expect(messageOf('https://login.example')).toMatch(
      /^HTTP 301: NOCODB_URL redirects to https:\/\/login\.example, .*Set NOCODB_URL to NocoDB's own address$/,
    );
    expect(messageOf('https://noco.example')).toMatch(/redirects to another address,/);
    expect(messageOf(undefined)).toMatch(/redirects to another address,/);
    expect(toRedirected({ status: 301, to: undefined }, 'https://noco.example').type).toBe('redirected');
  });
});
