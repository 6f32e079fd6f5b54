// Which pictures of an Astro build only pages behind the gate use, in module graphs like Astro's.
import { expect, it } from 'vitest';
import { createPictureUsers, type ModuleGraph } from '../../../../server/site/astro-images.ts';

const ROOT = new URL('file:///site/');
const ROUTES = [
  { pattern: '/', entrypoint: 'src/pages/index.astro' },
  { pattern: '/report', entrypoint: 'src/pages/report/index.astro' },
  { pattern: '/report/[month]', entrypoint: 'src/pages/report/[month].astro' },
].map((route) => ({ ...route, isPrerendered: false, patternRegex: /^$/ }));

const HOME = '/site/src/pages/index.astro';
const REPORT = '/site/src/pages/report/index.astro';
const MONTH = '/site/src/pages/report/[month].astro';
const LAYOUT = '/site/src/layouts/Report.astro';

/** @param imports by module. Astro's own module around each page imports it, and the manifest those. */
function graph(imports: Readonly<Record<string, readonly string[]>>, environment = 'ssr'): ModuleGraph {
  const pages = Object.fromEntries(
    Object.keys(imports)
      .filter((id) => id.includes('/pages/'))
      .map((id) => [`\0virtual:astro:page:${id}`, [id]]),
  );
  const all: Readonly<Record<string, readonly string[]>> = { ...imports, ...pages, '\0manifest': Object.keys(pages) };
  const ids = [...new Set(Object.entries(all).flatMap(([id, ones]) => [id, ...ones]))];
  return {
    environment: { name: environment },
    getModuleIds: () => ids,
    getModuleInfo: (id) => ({
      code: id.endsWith('.png')
        ? `export default { src: "__ASTRO_ASSET_IMAGE__${id.match(/\w+(?=\.png)/)?.[0]}__" }`
        : '',
      importers: Object.keys(all).filter((one) => all[one]?.includes(id)),
      dynamicImporters: [],
    }),
    getFileName: (reference) => `_astro/${reference}.abc.png`,
  };
}

function privateOf(...graphs: readonly ModuleGraph[]): readonly string[] {
  const users = createPictureUsers(ROOT, () => ROUTES, ['/report/']);
  for (const one of graphs) users.add(one);
  return users.listPrivate();
}

it('a picture of gated pages, also by way of their layout, is private', () => {
  const imports = { [REPORT]: [LAYOUT, '/site/own.png'], [MONTH]: [LAYOUT], [LAYOUT]: ['/site/plan.png'], [HOME]: [] };
  expect(privateOf(graph(imports))).toEqual(['/_astro/own.abc.png', '/_astro/plan.abc.png']);
});

it.for<[string, ...ModuleGraph[]]>([
  ['a public page', graph({ [REPORT]: ['/site/plan.png'], [HOME]: ['/site/plan.png'] })],
  [
    'a public page by way of a component',
    graph({ [REPORT]: [LAYOUT], [HOME]: [LAYOUT], [LAYOUT]: ['/site/plan.png'] }),
  ],
  ['a public page that imports the gated one', graph({ [HOME]: [REPORT], [REPORT]: ['/site/plan.png'] })],
  [
    'a public page that is prerendered',
    graph({ [REPORT]: ['/site/plan.png'] }),
    graph({ [HOME]: ['/site/plan.png'] }, 'prerender'),
  ],
  ['something that is no page', graph({ [REPORT]: ['/site/plan.png'], '/site/src/middleware.ts': ['/site/plan.png'] })],
  [
    'a script in the browser',
    graph({ [REPORT]: ['/site/plan.png'] }),
    graph({ [REPORT]: ['/site/plan.png'] }, 'client'),
  ],
])('a picture that gated pages share with %s is public', ([, ...graphs]) => {
  expect(privateOf(...graphs)).toEqual([]);
  expect(privateOf(...graphs.toReversed())).toEqual([]);
});
