// What other people's code imports: harmless where there is no page, as on a server that renders one.
import { describe, expect, it, vi } from 'vitest';

describe('the doors, where there is no page', () => {
  it('of the page library can be imported, and do nothing', async () => {
    const added = vi.spyOn(globalThis, 'setInterval');
    const before = Object.keys(globalThis);
    expect(await import('../../client/index.ts')).toHaveProperty('startHeartbeat');
    expect(await import('../../client/heartbeat-element.ts')).toHaveProperty('SessionHeartbeat');
    expect(await import('../../client/stillhere.ts')).toHaveProperty('deliverWaiting');
    expect(Object.keys(globalThis)).toEqual(before);
    expect(added).not.toHaveBeenCalled();
  });
});
