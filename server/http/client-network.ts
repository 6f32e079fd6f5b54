// Which network a client's address belongs to, for limits (the only user of ipaddr.js).
import ipaddr from 'ipaddr.js';
import { createCache } from './cache.ts';

/** An IPv6 customer has a /64 at least (RFC 6177), and may use any address in it. */
const IPV6_BYTES = 8;

/** Addresses that came lately: reading one takes as long as the rest of a limit. */
const known = createCache<string, string>({ max: 1_000, ttlMs: 0 });

/** A key for limits: the IPv4 address itself, or the first 64 bits of an IPv6 one. What is neither counts as one network. */
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
  // IPv4 in IPv6 (`::ffff:192.0.2.1`) becomes IPv4.
  const bytes = ipaddr.process(address).toByteArray();
  return (bytes.length > 4 ? bytes.slice(0, IPV6_BYTES) : bytes).join('.');
}
