// Maps a client's address to its network, for rate limits (the only user of ipaddr.js).
import ipaddr from 'ipaddr.js';
import { createCache } from './cache.ts';

/** An IPv6 customer has at least a /64 (RFC 6177) and can use any address in it. An IPv4 address has 4 bytes. */
const MAX_BYTES = 8;

/** Recently seen addresses. Parsing one takes as long as the rest of a rate limit. */
const known = createCache<string, string>({ max: 1_000, ttlMs: 0 });

/**
 * A rate limit's key: the IPv4 address, or the first 64 bits of an IPv6 address. All invalid addresses share one key.
 */
export function networkOf(address: string): string {
  let network = known.get(address);
  if (network === undefined) {
    network = readNetwork(address);
    known.set(address, network);
  }
  return network;
}

function readNetwork(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  // Converts IPv4-mapped IPv6 addresses (`::ffff:192.0.2.1`) to IPv4.
  return ipaddr.process(address).toByteArray().slice(0, MAX_BYTES).join('.');
}
