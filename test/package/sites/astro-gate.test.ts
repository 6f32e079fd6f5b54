// The gate that the Astro integration puts in front of Astro's Node server, with the packed package, in the sites that it is
// hard for: prerendered pages, trailing slashes, a base, the dev server.
import { readdirSync, readFileSync, readlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect } from 'vitest';
import { buildAstro, serveAstroDev, serveMixedAstro, type MixedSite } from '../../helpers/astro-sites.ts';
import { it } from '../../helpers/browser-test.ts';
import { enter } from '../../helpers/reader.ts';
import { INSTALL_MS, runToolWith, siteFolder } from '../../helpers/site-folder.ts';
import type { StillhereServer } from '../../helpers/stillhere-server.ts';
import { expectTrueVisit } from '../../helpers/true-visit.ts';
import { until } from '../../helpers/until.ts';

const SLASHES: MixedSite = { trailingSlash: 'always' };
const UNDER_WORK: MixedSite = { base: '/work' };

beforeAll(async () => {
  for (const variant of [SLASHES, UNDER_WORK]) await buildAstro('astro-mixed', variant);
}, INSTALL_MS);

describe.concurrent('an Astro site with prerendered pages and a prerendered 404', { timeout: INSTALL_MS }, () => {
  it('whose addresses end with a slash records truly who read it', async ({ device }) => {
    const server = await serveMixedAstro(SLASHES);
    try {
      await expectTrueVisit(server, device, '/report/');
    } finally {
      await server.stop();
    }
  });

  it('under a path of its host records truly who read it', async ({ device }) => {
    const server = await serveMixedAstro(UNDER_WORK);
    try {
      const id = await expectTrueVisit(server, device, '/work/report/');
      expect((await server.session(id)).currentPage).toBe('/work/report/');
    } finally {
      await server.stop();
    }
  });

  it('gives pages and files behind the gate only to readers, and keeps its own answers', async ({ device }) => {
    const server = await serveMixedAstro(SLASHES);
    try {
      const ask = async (path: string, options: RequestInit = {}): Promise<string> => {
        const response = await fetch(server.url + path, { redirect: 'manual', ...options });
        return `${response.status} ${response.headers.get('location') ?? (await response.text()).match(/<h1>.*(?=<\/h1>)/)?.[0] ?? ''}`;
      };
      const gate = (path: string): string => `303 /access?next=${encodeURIComponent(path)}`;
      for (const path of ['/report/', '/report', '/Report/', '/report/index.html', '/report/figures.csv', '/%72eport/'])
        expect(await ask(path), path).toBe(gate(path));
      expect(await ask('/')).toBe('200 <h1>A site with files and pages');
      expect(await ask('/missing/')).toBe('404 <h1>Nothing here');
      expect(await ask('/missing')).toBe('301 /missing/');

      const page = await device.newPage();
      const id = await enter(page, server.url, 'bob@example.com', '/report/');
      // The site's own form, which Astro checks as before.
      await page.type('[name=name]', 'Bob');
      await Promise.all([page.waitForNavigation(), page.click('button')]);
      expect(await page.$eval('#signed', (element) => element.textContent)).toBe('Signed by Bob');
      const cookie = (await page.cookies()).map(({ name, value }) => `${name}=${value}`).join('; ');
      const forged = { headers: { cookie, origin: 'https://elsewhere.example' }, body: new URLSearchParams() };
      expect(await ask('/report/', { method: 'POST', ...forged })).toMatch(/^403 /);

      await page.goto(`${server.url}/report/figures.csv`).catch(() => undefined);
      await until(async () => (await server.session(id)).pages.some((one) => one.page === '/report/figures.csv'));
    } finally {
      await server.stop();
    }
  });
});

describe('a picture', { timeout: INSTALL_MS }, () => {
  it('that only gated pages use is behind the gate, in each of its sizes, and others are not', async ({ device }) => {
    const server = await serveMixedAstro(UNDER_WORK);
    try {
      const page = await device.newPage();
      await enter(page, server.url, 'bob@example.com', '/work/report/');
      const addressOf = async (id: string): Promise<string> => {
        const [address, width] = await until(() =>
          page.$eval(`#${id}`, (element) => {
            const { src, complete, naturalWidth } = element as HTMLImageElement;
            return complete && ([src, naturalWidth] as const);
          }),
        );
        expect(width, address).toBe(48);
        return address;
      };
      const status = async (address: string): Promise<number> => (await fetch(address, { redirect: 'manual' })).status;
      const [plan, original, logo] = [await addressOf('plan'), await addressOf('original'), await addressOf('logo')];
      expect(plan).toContain('/_image?href=');
      expect(await status(plan)).toBe(303);
      expect(await status(plan.replace('w=48', 'w=24'))).toBe(303);
      expect(await status(original)).toBe(303);
      expect(await status(logo)).toBe(200);
      // For a shared cache: it must not keep what it gets with a reader's cookie.
      const sent = await page.evaluate(
        async (address) => (await fetch(address)).headers.get('cache-control'),
        original,
      );
      expect(sent).toContain('private');
    } finally {
      await server.stop();
    }
  });
});

describe('astro dev', { timeout: INSTALL_MS }, () => {
  it('has the gate in front, and one store, however often the sites sources change', async ({ device }) => {
    const options = { ...SLASHES, ...UNDER_WORK };
    const folder = await siteFolder('astro-mixed', 'astro-dev');
    const server = await serveAstroDev(folder, options);
    try {
      await expectTrueVisit(server, device, '/work/report/');
      const before = countOpenStores(server);
      expect(before).toBeGreaterThan(0);
      const page = await device.newPage();
      for (const title of ['First edit', 'Second edit']) {
        edit(join(folder, 'src/pages/report/index.astro'), /<title>.*<\/title>/, `<title>${title}</title>`);
        await until(async () => {
          await page.goto(`${server.url}/work/report/`);
          return (await page.title()) === title;
        });
      }
      // Astro starts its server anew.
      edit(join(folder, 'astro.config.js'), /^\/\/ What.*$/m, '// Changed.');
      await until(() => server.output.includes('Configuration file updated'));
      await until(async () => (await page.goto(`${server.url}/work/report/`))?.ok());
      await until(() => countOpenStores(server) === before);
      expect((await fetch(`${server.url}/work/report/`, { redirect: 'manual' })).status).toBe(303);
    } finally {
      await server.stop();
    }
  });
});

describe('astro build', { timeout: INSTALL_MS }, () => {
  const build = async (name: string, environment: NodeJS.ProcessEnv, prepare: (folder: string) => void) => {
    const folder = await siteFolder('astro-mixed', name);
    prepare(folder);
    return runToolWith(environment, folder, 'astro', 'build').then(
      () => 'It was built.',
      ({ stdout, stderr }: { stdout: string; stderr: string }) => stdout + stderr,
    );
  };

  it('fails with the name of a gated page that would be public', async () => {
    const said = await build('astro-open', {}, (folder) => {
      for (const page of ['[month].astro', 'annex.astro'])
        writeFileSync(join(folder, 'src/pages/report', page), page.startsWith('[') ? MONTH : '<h1>Annex</h1>');
    });
    expect(said).toContain('these pages behind the gate would be public, because they are prerendered');
    expect(said).toContain('/report/annex/ (src/pages/report/annex.astro)');
    expect(said).toContain('/report/may/ (src/pages/report/[month].astro)');
    expect(said).toContain('export const prerender = false');
    expect(said).not.toContain('report/index.astro');
  });

  it('fails with the name of a gated file that another server would give out', async () => {
    const said = await build('astro-middleware', { ADAPTER_MODE: 'middleware' }, () => {});
    expect(said).toContain('these files of public/ lie under protected paths');
    expect(said).toContain('/report/figures.csv');
  });

  it('fails without the Node adapter, because nothing would be behind the gate', async () => {
    const said = await build('astro-files', {}, (folder) => edit(join(folder, 'astro.config.js'), /adapter: .*/, ''));
    expect(said).toContain('protect needs the adapter @astrojs/node');
  });
});

const MONTH = `---
export const getStaticPaths = () => [{ params: { month: 'may' } }];
---
<h1>{Astro.params.month}</h1>
`;

function edit(file: string, from: RegExp, to: string): void {
  const text = readFileSync(file, 'utf8');
  const changed = text.replace(from, to);
  if (changed === text) throw new Error(`Nothing to change in ${file}`);
  writeFileSync(file, changed);
}

/** How often the server's process has the store open. */
function countOpenStores(server: StillhereServer): number {
  const folder = `/proc/${server.pid}/fd`;
  const name = server.storeUrl.replace(/^file:/, '');
  return readdirSync(folder).filter((entry) => {
    try {
      return readlinkSync(join(folder, entry)) === name;
    } catch {
      // Closed meanwhile.
      return false;
    }
  }).length;
}
