// Addresses of the machine itself, which no other machine reaches.
import { isIP } from 'node:net';

/** @param host a name or an address, IPv6 without brackets. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}
