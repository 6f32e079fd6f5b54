// What readers and owners are told about the record is one sentence, wherever it stands.
import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { TEXTS } from '../../../client/portfolio/app/texts.ts';
import { SHIPPED_TEXTS } from '../../../server/gate/texts.ts';
import { INVITED_NOTICE, RECORD_NOTICE } from '../../../sw/protocol/record-notice.ts';

const ROOT = join(import.meta.dirname, '../../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8').replaceAll(/\s+(?:> )?/g, ' ');
const nameOwner = (notice: string, owner: string): string => notice.replace('{owner}', owner);

describe('who sees what is said in one sentence', () => {
  it.for(['en', 'de'] as const)('by the gate, and by the sample, in %s', (language) => {
    expect(SHIPPED_TEXTS[language]?.notice).toContain(RECORD_NOTICE[language]);
    expect(SHIPPED_TEXTS[language]?.linkNotice).toContain(INVITED_NOTICE[language]);
    expect(TEXTS[language].recorded).toBe(nameOwner(RECORD_NOTICE[language], 'Maren Achterberg'));
  });

  it.for(['README.md', 'docs/privacy.md', 'docs/gate.md'])('in %s', (file) => {
    expect(read(file)).toContain(nameOwner(RECORD_NOTICE.en, 'The owner of these pages'));
  });

  it('for invited readers, in docs/privacy.md', () => {
    expect(read('docs/privacy.md')).toContain(nameOwner(INVITED_NOTICE.en, 'The owner of these pages'));
  });

  it.for(globSync('client/portfolio/portfolio/**/*.html', { cwd: ROOT }))('on the page %s', (file) => {
    expect(read(file)).toContain('<span data-text="recorded">{{recorded}}</span>');
  });
});

it("the sample's pages have only texts that exist, and say each in the language of the reader", () => {
  for (const file of globSync('client/portfolio/**/*.html', { cwd: ROOT, exclude: ['**/gate.html'] })) {
    const html = read(file);
    const filled = [...html.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name);
    const translated = [...html.matchAll(/data-text="(\w+)"/g)].map(([, name]) => name);
    expect(filled.length, file).toBeGreaterThan(0);
    expect(translated, file).toEqual(filled);
    for (const name of filled) expect(Object.keys(TEXTS.en), file).toContain(name);
  }
});
