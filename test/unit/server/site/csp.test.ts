// What is added to a site's Content-Security-Policy, and what isn't.
import { describe, expect, it } from 'vitest';
import { extendPolicy } from '../../../../server/site/csp.ts';

const ORIGIN = 'https://site.example';
const CHUNKS = 'register-worker deliver frames gap history media successor'.split(' ');
const SCRIPTS = ['stillhere.js', ...CHUNKS.map((chunk) => `stillhere-${chunk}.js`)].map((file) => `${ORIGIN}/${file}`);
const allow = (policy: string): ReturnType<typeof extendPolicy> => extendPolicy(policy, ORIGIN, 'sha256-abc=');

describe('a policy that allows the heartbeat', () => {
  it.for([
    '',
    "default-src 'self'",
    "default-src 'none'; script-src 'self'; connect-src 'self'; worker-src 'self'; style-src 'unsafe-inline'",
    "default-src *; img-src 'none'",
    "SCRIPT-SRC 'SELF'; connect-src 'self'",
    'img-src https:',
  ])('stays exactly the same: %s', (policy) => {
    expect(allow(policy)).toEqual({ policy, isByHash: false });
  });
});

describe('a policy that does not', () => {
  it("gets the scripts by name, and 'self' for their requests", () => {
    expect(allow("default-src 'none'; img-src 'self'").policy).toBe(
      `default-src 'none'; img-src 'self'; script-src-elem ${SCRIPTS.join(' ')}; connect-src 'self'; worker-src 'self'`,
    );
  });

  it('keeps what it allowed', () => {
    expect(allow("script-src 'sha256-own='; connect-src https://api.example; worker-src 'self'").policy).toBe(
      `script-src 'sha256-own='; connect-src https://api.example 'self'; worker-src 'self'; script-src-elem 'sha256-own=' ${SCRIPTS.join(' ')}`,
    );
  });

  it('provides its nonce', () => {
    expect(allow("script-src 'nonce-r4nd0m' 'strict-dynamic'; worker-src 'self'")).toEqual({
      policy: "script-src 'nonce-r4nd0m' 'strict-dynamic'; worker-src 'self'",
      nonce: 'r4nd0m',
      isByHash: false,
    });
  });

  it("with 'strict-dynamic' gets the hash of the loader, because host names are ignored there", () => {
    const { policy, isByHash } = allow("script-src 'sha256-own=' 'strict-dynamic'; worker-src 'self'");
    expect(isByHash).toBe(true);
    expect(policy).toContain("script-src-elem 'sha256-own=' 'strict-dynamic' 'sha256-abc='");
  });
});
