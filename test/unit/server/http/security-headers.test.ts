// Which headers stand on which answers. A header that goes missing changes nothing that anybody sees, so each is named here.
import { describe, expect, it } from 'vitest';
import { pageHeaders, receiptHeaders, siteHeaders } from '../../../../server/http/security-headers.ts';
import { startKoa } from '../../../helpers/start-koa.ts';
import type { Middleware } from 'koa';

async function headersOf(middleware: Middleware): Promise<Record<string, string>> {
  const url = await startKoa(middleware, (ctx) => {
    ctx.body = 'answered';
  });
  const response = await fetch(url);
  expect(await response.text()).toBe('answered');
  return Object.fromEntries(response.headers);
}

describe('the gate and the API', () => {
  it('load from their own site only, and are framed by nobody', async () => {
    const { 'content-security-policy': policy = '' } = await headersOf(pageHeaders(["'sha256-x'", "'sha256-y'"]));
    expect(policy.split(';').toSorted()).toEqual([
      "base-uri 'none'",
      "connect-src 'self'",
      "default-src 'none'",
      "font-src 'self'",
      "form-action 'self'",
      "frame-ancestors 'none'",
      "img-src 'self' data:",
      "script-src 'self'",
      "style-src 'self' 'sha256-x' 'sha256-y'",
      "worker-src 'self'",
    ]);
  });

  it('tell other sites nothing of the address, but their own the origin, by which a form is known', async () => {
    expect(await headersOf(pageHeaders([]))).toMatchObject({ 'referrer-policy': 'same-origin' });
  });

  it('are framed by the sites that the owner has named, which the older header can not say', async () => {
    const named = await headersOf(pageHeaders([], ['https://a.example', 'https://b.example']));
    expect(named['content-security-policy']).toContain("frame-ancestors 'self' https://a.example https://b.example");
    expect(named).not.toHaveProperty('x-frame-options');
    expect(await headersOf(pageHeaders([]))).toHaveProperty('x-frame-options');
  });

  it('are not sniffed', async () => {
    expect(await headersOf(pageHeaders([]))).toMatchObject({ 'x-content-type-options': 'nosniff' });
  });

  it('leave it to the owner whether the whole host is https only', async () => {
    expect(await headersOf(pageHeaders([]))).not.toHaveProperty('strict-transport-security');
  });
});

it('a receipt is neither stored nor sniffed', async () => {
  expect(await headersOf(receiptHeaders)).toMatchObject({
    'x-content-type-options': 'nosniff',
    'cache-control': 'no-store',
  });
});

it("the site's files keep their own policy", async () => {
  const headers = await headersOf(siteHeaders());
  expect(headers).toMatchObject({
    'x-content-type-options': 'nosniff',
    'referrer-policy': 'strict-origin-when-cross-origin',
  });
  expect(headers).not.toHaveProperty('content-security-policy');
});
