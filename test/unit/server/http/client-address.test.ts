// Whose request it is, where a proxy may stand between.
import type { IncomingMessage } from 'node:http';
import { expect, it } from 'vitest';
import { clientAddress } from '../../../../server/http/client-address.ts';

const SOCKET = '192.0.2.1';
const of = (forwarded: string | undefined, trustProxy: boolean, remoteAddress: string | undefined = SOCKET): string =>
  clientAddress(
    { headers: { 'x-forwarded-for': forwarded }, socket: { remoteAddress } } as unknown as IncomingMessage,
    trustProxy,
  );

it.for([
  ['198.51.100.1', '198.51.100.1'],
  ['203.0.113.9, 198.51.100.1', '198.51.100.1'],
  ['203.0.113.9,203.0.113.8 , 198.51.100.1 ', '198.51.100.1'],
  ['', SOCKET],
  ['203.0.113.9, ', SOCKET],
  [undefined, SOCKET],
] as const)('behind a proxy that says %j it is %s', ([forwarded, address]) => {
  expect(of(forwarded, true)).toBe(address);
});

it('without a proxy nobody is believed', () => {
  expect(of('198.51.100.1', false)).toBe(SOCKET);
});

it('of a connection that is gone is nobody', () => {
  const request = { headers: {}, socket: {} } as unknown as IncomingMessage;
  expect(clientAddress(request, false)).toBe('');
});
