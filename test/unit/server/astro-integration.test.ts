// What the Astro integration puts into a site, and what it refuses. The sites themselves: test/package/sites/astro-gate.test.ts.
import { expect, expectTypeOf, it, vi } from 'vitest';
import type { PathOptions } from '../../../client/integrations/follow-router.ts';
import stillhere, { type StillhereAstroOptions } from '../../../server/astro-integration.ts';

interface Plugin {
  readonly name: string;
  load?(id: string): string | undefined;
}

const NODE = { name: '@astrojs/node' };
const build = { server: new URL('file:///site/dist/server/') };

function setUp(options: StillhereAstroOptions, command = 'build', base = '/') {
  const scripts: string[] = [];
  const plugins: Plugin[] = [];
  const { hooks } = stillhere(options);
  hooks['astro:config:setup']({
    command,
    config: { base, root: new URL('file:///site/') },
    injectScript: (_stage, content) => void scripts.push(content),
    updateConfig: (config) => void plugins.push(...(config as { vite: { plugins: Plugin[] } }).vite.plugins),
  });
  return { hooks, scripts, plugins };
}

it('has the options of the heartbeat that can be written as JSON', () => {
  expectTypeOf<Omit<StillhereAstroOptions, 'paths' | 'protect'>>().toEqualTypeOf<PathOptions>();
});

it.for([
  ['/confidential/', '/', '/confidential/'],
  ['/confidential/', '/work/', '/work/confidential/'],
  ['/confidential/', '/work', '/work/confidential/'],
  ['/work/confidential/', '/work', '/work/confidential/'],
] as const)('counts the pages under %s of a site under %s', ([path, base, counted]) => {
  const { scripts, plugins } = setUp({ paths: [path], tick: 1_000, debug: undefined }, 'build', base);
  expect(scripts).toEqual([
    "import { heartbeatOnPaths } from 'stillhere/astro/client';\n" +
      `heartbeatOnPaths(["${counted}"], {"tick":1000}, "astro:after-swap", "${base}");`,
  ]);
  expect(plugins).toEqual([]);
});

it('lets the built server start behind the gate, with both readings of a path that begins with the base', () => {
  const { scripts, plugins } = setUp({ protect: ['/work/confidential/'], worker: 'none' }, 'build', '/work');
  expect(scripts).toEqual([]);
  const entry = plugins[0]?.load?.('\0virtual:stillhere/astro-entry');
  expect(entry).toContain('{"protect":["/confidential/","/work/confidential/"],"base":"/work","worker":"none"}');
});

it('has no gate in commands that serve nothing', () => {
  expect(setUp({ protect: ['/confidential/'] }, 'sync').plugins).toEqual([]);
  expect(setUp({ protect: ['/confidential/'] }, 'dev').plugins).toMatchObject([{ name: 'stillhere:astro-dev' }]);
});

it('starts nothing of the server in Vitest', async () => {
  const { plugins } = setUp({ protect: ['/confidential/'] }, 'dev');
  const plugin = plugins[0] as unknown as { configureServer(server: object): Promise<unknown> };
  const once = vi.fn();
  expect(await plugin.configureServer({ httpServer: { once } })).toBeUndefined();
  expect(once).not.toHaveBeenCalled();
});

it.for([undefined, { name: '@astrojs/netlify' }])('refuses a gate that no server would have: adapter %j', (adapter) => {
  const { hooks } = setUp({ protect: ['/confidential/'] });
  expect(() => hooks['astro:config:done']({ config: { adapter, build } })).toThrow(
    'protect needs the adapter @astrojs/node',
  );
  expect(() => hooks['astro:config:done']({ config: { adapter: NODE, build } })).not.toThrow();
  const { hooks: open } = setUp({ paths: ['/confidential/'] });
  expect(() => open['astro:config:done']({ config: { adapter, build } })).not.toThrow();
});

it.for([
  [{}, /paths must list/],
  [{ paths: [] }, /paths must list/],
  [{ paths: ['confidential'] }, /paths must list/],
  [{ paths: [], protect: ['/confidential/'] }, /paths must list/],
  [{ protect: [] }, /paths must list/],
  [{ protect: ['confidential'] }, /protect must list/],
] as const)('refuses %j, because nothing would be counted or behind the gate', ([options, problem]) => {
  expect(() => stillhere(options)).toThrow(problem);
});
