// For any spelling of a prefix in PROTECT, the path is behind the gate, or the server doesn't start and reports why.
import { describe, expect, it } from 'vitest';
import { ConfigError, readConfig } from '../../server/config/config.ts';
import { startTestSite } from '../helpers/test-app-site.ts';

const FILES = {
  'site/confidential/index.html': 'SECRET',
  'site/two words/index.html': 'SECRET',
  'site/plan.html': 'SECRET',
  'site/plan.html.br': 'SECRET',
  'site/plan.html.gz': 'SECRET',
  'site/plan.htm': 'SECRET',
  'site/plan.txt': 'SECRET',
};

function isRefused(PROTECT: string): boolean {
  try {
    readConfig({ PROTECT });
    return false;
  } catch (error) {
    expect(error).toBeInstanceOf(ConfigError);
    return true;
  }
}

describe('a prefix in PROTECT', () => {
  it.for([
    ['/confidential', '/confidential/'],
    ['/Confidential/', '/confidential/'],
    ['/confidential//', '/confidential/'],
    ['//confidential/', '/confidential/'],
    ['/./confidential/', '/confidential/'],
    ['/two words/', '/two%20words/'],
    // Copied from a browser's address bar.
    ['/two%20words/', '/two%20words/'],
    ['/', '/confidential/'],
    // All names of a page mean the same page.
    ['/confidential/index.html', '/confidential/'],
    ['/confidential/index.html', '/confidential'],
    ['/plan.html', '/plan'],
    ['/plan.html', '/plan/'],
    ['/plan.html', '/plan.html'],
    ['/plan.html', '/plan.html.br'],
    ['/plan', '/plan.html'],
    ['/plan', '/plan.html.br'],
    ['/plan', '/plan.html.gz'],
    ['/plan', '/plan.htm'],
    ['/plan', '/plan.htm.gz'],
    ['/plan.htm', '/plan'],
    ['/plan', '/plan.xhtml'],
    ['/plan', '/plan.txt'],
    ['/plan', '/plan.html.zst'],
  ] as const)('spelled %s lets nobody read %s', async ([PROTECT, path]) => {
    expect(isRefused(PROTECT)).toBe(false);
    const site = await startTestSite(FILES, { PROTECT });
    try {
      const { status, body } = await site.get(path);
      expect(body).not.toContain('SECRET');
      expect(status).toBe(303);
    } finally {
      await site.close();
    }
  });

  it('for the whole site excludes only the files that the gate itself loads', async () => {
    const build = { 'build/stillhere.js': 'LIBRARY', 'build/stillhere-deliver.js': 'LIBRARY', 'build/sw.js': 'WORKER' };
    const site = await startTestSite({ 'site/sw.js': 'SECRET', 'site/app.js': 'SECRET', ...build }, { PROTECT: '/' });
    try {
      for (const path of ['/stillhere.js', '/stillhere-deliver.js'])
        expect(await site.get(path)).toMatchObject({ status: 200, body: 'LIBRARY' });
      for (const path of ['/sw.js', '/app.js', '/stillhere-other.js', '/./app.js'])
        expect([path, (await site.get(path)).status]).toEqual([path, 303]);
      const cookie = await site.passGate();
      expect((await site.get('/sw.js', { cookie })).body).toBe('SECRET');
    } finally {
      await site.close();
    }
  });

  it.for(['/confi\\dential/', '/x/../confidential/', '/confidential/%00', '/%', 'confidential/'])(
    'spelled %s, which no request can have, is refused',
    (PROTECT) => {
      expect(isRefused(PROTECT)).toBe(true);
    },
  );
});
