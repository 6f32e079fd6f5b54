// Whose requests count as one network's.
import { expect, it } from 'vitest';
import { networkOf } from '../../../../server/http/client-network.ts';

it.for([
  ['192.0.2.1', '192.0.2.1'],
  ['::ffff:192.0.2.1', '192.0.2.1'],
  ['2001:db8:1:2:3:4:5:6', '32.1.13.184.0.1.0.2'],
  ['2001:db8:1:2:ffff::', '32.1.13.184.0.1.0.2'],
  ['2001:db8:1:3::', '32.1.13.184.0.1.0.3'],
  ['nonsense', 'unknown'],
  ['', 'unknown'],
] as const)('%s belongs to %s', ([address, network]) => {
  // The second one comes from memory.
  expect([networkOf(address), networkOf(address)]).toEqual([network, network]);
});
