// For tests of deliveries that are not about how many come at once.
import { createLoadShedder, type LoadShedder } from '../../server/deliveries/load-shedding.ts';

export function unlimitedLoad(): LoadShedder {
  return createLoadShedder({ maxBytes: Infinity, maxWaitMs: Infinity }, Date.now, () => {});
}
