// What other people's code imports: harmless where there is no page, as on a server that renders one.
import { join } from 'node:path';
import { describe, expect, it, vi } from 'vitest';
import stillhere from '../../../client/integrations/astro.ts';

/** By its name: it imports a style sheet, which has no type here. */
const INSPECTOR = join(import.meta.dirname, '../../../client/inspector/heartbeat-inspector.ts');

describe('the entries, without a page', () => {
  it('of the page library can be imported without effects', async () => {
    const added = vi.spyOn(globalThis, 'setInterval');
    const before = Object.keys(globalThis);
    expect(await import('../../../client/index.ts')).toHaveProperty('startHeartbeat');
    expect(await import('../../../client/element.ts')).toHaveProperty('SessionHeartbeat');
    expect(await import('../../../client/bundle.ts')).toHaveProperty('deliverWaiting');
    expect(await import(INSPECTOR)).toHaveProperty('HeartbeatInspector');
    expect(Object.keys(globalThis)).toEqual(before);
    expect(added).not.toHaveBeenCalled();
  });
});

describe('the Astro integration', () => {
  it('adds a script to every page that counts the given paths', () => {
    const injected: string[][] = [];
    const { name, hooks } = stillhere({ paths: ['/confidential/'], tick: 1_000, debug: undefined });
    hooks['astro:config:setup']({ config: { base: '/work/' }, injectScript: (...all) => void injected.push(all) });
    expect(name).toBe('stillhere');
    expect(injected).toEqual([
      [
        'page',
        "import { heartbeatOnPaths } from 'stillhere/astro/integration';\n" +
          'heartbeatOnPaths(["/confidential/"], {"tick":1000}, "astro:after-swap", "/work/");',
      ],
    ]);
  });

  it.for([[], ['confidential']])('refuses the paths %j, because nothing would be counted', (paths) => {
    expect(() => stillhere({ paths })).toThrow(/paths must list the pages to count/);
  });
});
