// Which network a client's address belongs to, for limits (the only user of ipaddr.js).
import ipaddr from 'ipaddr.js';

/** Of an IPv6 address a customer is given a network of 64 bits at least (RFC 6177): any address in it is one client. */
const IPV6_BYTES = 8;

/** A key for limits: the IPv4 address itself, or the first 64 bits of an IPv6 one. What is neither counts as one network. */
export function networkOf(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  // IPv4 in IPv6 (`::ffff:192.0.2.1`) becomes IPv4.
  const bytes = ipaddr.process(address).toByteArray();
  return (bytes.length > 4 ? bytes.slice(0, IPV6_BYTES) : bytes).join('.');
}
