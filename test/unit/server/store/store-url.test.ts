import { describe, expect, it } from 'vitest';
import { fileOfStore, isPostgres, isPostgresUrl, nameOfStore } from '../../../../server/store/store-url.ts';

describe('the URL of a store', () => {
  it.for([
    ['file:data/stillhere.db', 'data/stillhere.db', 'data/stillhere.db'],
    ['file:/a', '/a', '/a'],
    ['data/stillhere.db', undefined, 'of STORE_URL'],
    ['a file:b', undefined, 'of STORE_URL'],
    ['postgres://ann:secret@db.example.com:5433/stillhere?sslmode=require', undefined, 'db.example.com:5433/stillhere'],
    ['postgres://[broken', undefined, 'of STORE_URL'],
  ] as const)('%s names the file %s, and is called "%s" in messages', ([url, file, name]) => {
    expect(fileOfStore(url)).toBe(file);
    expect(nameOfStore(url)).toBe(name);
  });

  it('that names no file has none', () => {
    expect(fileOfStore('file:')).toBeUndefined();
  });

  it.for([
    ['postgres://db/stillhere', true, true],
    ['postgresql://ann@db:5432/stillhere?application_name=x', true, true],
    ['postgres://db/s', true, true],
    ['postgres://db', true, false],
    ['postgres://db/', true, false],
    ['postgres://db/one/two', true, false],
    ['postgres://[broken/stillhere', true, false],
    ['file:postgres://db/stillhere', false, false],
    ['http://db/stillhere', false, false],
    ['postgres:/db/stillhere', false, false],
  ] as const)('%s is of PostgreSQL: %s, and names a database: %s', ([url, isOfPostgres, isComplete]) => {
    expect([isPostgres(url), isPostgresUrl(url)]).toEqual([isOfPostgres, isComplete]);
  });
});
