// Names and addresses of this machine, to which nothing on the way can listen.
import { expect, it } from 'vitest';
import { isLoopback } from '../../../../server/http/loopback.ts';

it.for(['localhost', '::1', '127.0.0.1', '127.8.9.10'])('%s is this machine', (host) => {
  expect(isLoopback(host)).toBe(true);
});

it.for([
  '',
  'portfolio.example',
  '10.0.0.127',
  '128.0.0.1',
  '::2',
  '127.example.com',
  'localhost.example',
  '10.127.0.1',
])('%s is not', (host) => {
  expect(isLoopback(host)).toBe(false);
});
