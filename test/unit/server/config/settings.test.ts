// The table of settings: what follows from it is up to date, and a value given in code means what it says.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { generate } from '../../../../build/generate.ts';
import { readConfig } from '../../../../server/config/config.ts';
import { flagOf, SETTINGS, variableOf } from '../../../../server/config/settings.ts';

const ROOT = join(import.meta.dirname, '../../../..');

describe('the table of settings', () => {
  it('matches options.ts and docs/configuration.md (otherwise run npm run generate)', async () => {
    const files = await generate();
    expect(files.size).toBe(2);
    for (const [path, text] of files) expect(await readFile(join(ROOT, path), 'utf8'), path).toBe(text);
  });

  it('derives variables and flags from the names in code', () => {
    expect([variableOf('nocodbBaseId'), flagOf('nocodbBaseId')]).toEqual(['NOCODB_BASE_ID', '--nocodb-base-id']);
  });

  it.for(Object.entries(SETTINGS))('describes %s with a phrase, and accepts its default', ([name, setting]) => {
    expect(setting.about).toMatch(/^[^A-Z].*[^.]$|^[A-Z]{2}/s);
    if ('default' in setting) expect(readConfig({ [variableOf(name)]: setting.default })).toEqual(readConfig({}));
  });
});

describe('a value given in code', () => {
  it('that is a list is not split', () => {
    expect(readConfig({}, { protect: ['/a,b/'] }).protect).toEqual(['/a,b/']);
    expect(readConfig({}, { protect: '/a,/b/' }).protect).toEqual(['/a/', '/b/']);
    expect(readConfig({}, { allow: ['Ann@example.com', ' '] }).allow).toEqual(['ann@example.com']);
  });

  it('takes precedence over its variable, unless it is empty', () => {
    expect(readConfig({ PORT: '1' }, { port: 2 }).port).toBe(2);
    expect(readConfig({ PORT: '1' }, { port: '' }).port).toBe(1);
    expect(readConfig({ TRUST_PROXY: 'true' }, { trustProxy: false }).trustProxy).toBe(false);
  });

  it('of the wrong type is reported by its name in code', () => {
    const refused = (options: object): string => {
      try {
        readConfig({}, options);
        return '';
      } catch (error) {
        return (error as Error).message.split('\n').slice(1).join('\n');
      }
    };
    expect(refused({ port: 1.5 })).toBe('  port: must be a port number, 0 to 65535');
    expect(refused({ protect: [7] })).toBe('  protect: must be a list of texts');
    expect(refused({ trustProxy: 'perhaps' })).toBe('  trustProxy: must be true or false');
    expect(refused({ nocodbUrl: 'https://noco.example' })).toBe(
      '  NOCODB_TOKEN, NOCODB_BASE_ID: must be set, too, or none of nocodbUrl, NOCODB_TOKEN, NOCODB_BASE_ID',
    );
  });
});

describe('the address of NocoDB', () => {
  const read = (nocodbUrl: string): string | undefined =>
    readConfig({}, { nocodbUrl, nocodbToken: 't', nocodbBaseId: 'base' }).nocodb?.url;

  it.each([
    ['https://noco.example', 'https://noco.example'],
    ['https://noco.example/', 'https://noco.example'],
    ['https://host.example/nocodb', 'https://host.example/nocodb'],
    ['https://host.example/shared/nocodb//', 'https://host.example/shared/nocodb'],
    ['http://10.0.0.7:8080/a/../b/', 'http://10.0.0.7:8080/b'],
  ])('%s', (given, url) => {
    expect(read(given)).toBe(url);
  });

  it.each([
    'noco.example',
    'ftp://noco.example',
    'https://noco.example/#/base',
    'https://a:b@noco.example',
    'https://',
  ])('is not %s', (given) => {
    expect(() => read(given)).toThrow(/nocodbUrl: must be the address of NocoDB without \? and #/);
  });
});
