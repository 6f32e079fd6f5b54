// What is added to a site's Content-Security-Policy, and what isn't.
import { describe, expect, it } from 'vitest';
import { extendPolicy } from '../../../../server/site/csp.ts';

const ORIGIN = 'https://site.example';
const CHUNKS = 'register-worker deliver frames gap history media successor'.split(' ');
const SCRIPTS = ['stillhere.js', ...CHUNKS.map((chunk) => `stillhere-${chunk}.js`)].map((file) => `${ORIGIN}/${file}`);
const allow = (policy: string): ReturnType<typeof extendPolicy> => extendPolicy(policy, ORIGIN, 'sha256-abc=');

describe('a policy that lets the heartbeat through', () => {
  it.for([
    '',
    "default-src 'self'",
    "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; style-src 'unsafe-inline'",
    "default-src *; img-src 'none'",
    "SCRIPT-SRC 'SELF'; connect-src 'self'",
    'img-src https:',
  ])('stays as it is, to the letter: %s', (policy) => {
    expect(allow(policy)).toEqual({ policy, isByHash: false });
  });
});

describe('a policy that does not', () => {
  it('gets the scripts by their names, and our own paths for what they ask', () => {
    expect(allow("default-src 'none'; img-src 'self'").policy).toBe(
      `default-src 'none'; img-src 'self'; script-src-elem ${SCRIPTS.join(' ')}; connect-src 'self'; worker-src 'self'`,
    );
  });

  it('keeps what it let through', () => {
    expect(allow("script-src 'sha256-own='; connect-src https://api.example; worker-src 'self'").policy).toBe(
      `script-src 'sha256-own='; connect-src https://api.example 'self'; worker-src 'self'; script-src-elem 'sha256-own=' ${SCRIPTS.join(' ')}`,
    );
  });

  it('lends its nonce', () => {
    expect(allow("script-src 'nonce-r4nd0m' 'strict-dynamic'; worker-src 'self'")).toEqual({
      policy: "script-src 'nonce-r4nd0m' 'strict-dynamic'; worker-src 'self'",
      nonce: 'r4nd0m',
      isByHash: false,
    });
  });

  it('that passes trust on gets the hash of what brings the library, for names of hosts count for nothing there', () => {
    const { policy, isByHash } = allow("script-src 'sha256-own=' 'strict-dynamic'; worker-src 'self'");
    expect(isByHash).toBe(true);
    expect(policy).toContain("script-src-elem 'sha256-own=' 'strict-dynamic' 'sha256-abc='");
  });
});
