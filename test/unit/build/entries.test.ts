// What other people's code imports: harmless where there is no page, as on a server that renders one.
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';

/** By its name: it imports a style sheet, which has no type here. */
const INSPECTOR = join(import.meta.dirname, '../../../client/inspector/heartbeat-inspector.ts');

describe('the entries, without a page', () => {
  it('of the page library can be imported without effects', async () => {
    const added = vi.spyOn(globalThis, 'setInterval');
    const before = Object.keys(globalThis);
    expect(await import('../../../client/index.ts')).toHaveProperty('startHeartbeat');
    expect(await import('../../../client/element.ts')).toHaveProperty('SessionHeartbeat');
    expect(await import('../../../client/integrations/follow-router.ts')).toHaveProperty('heartbeatOnPaths');
    expect(await import('../../../client/bundle.ts')).toHaveProperty('deliverWaiting');
    expect(await import(INSPECTOR)).toHaveProperty('HeartbeatInspector');
    expect(Object.keys(globalThis)).toEqual(before);
    expect(added).not.toHaveBeenCalled();
  });
});
