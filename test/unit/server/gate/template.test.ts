// Placeholders and stylesheets of the gate's page.
import { createHash } from 'node:crypto';
import { expect, it } from 'vitest';
import { DEFAULT_TEMPLATE, fillTemplate, hashStyles, readPlaceholders } from '../../../../server/gate/template.ts';

it('placeholders are found as often as they are there, with or without spaces', () => {
  expect(readPlaceholders('{{form}} {{ title }}{{\n form}} {{}} {form} {{ two words }} {{a-b}}')).toEqual([
    'form',
    'title',
    'form',
    '',
  ]);
  expect(readPlaceholders('')).toEqual([]);
});

it('only what there is HTML for is filled in, and that is not looked through again', () => {
  expect(fillTemplate('{{ a }}|{{b}}|{{c}}', { a: '{{b}}$&', b: '' })).toBe('{{b}}$&||{{c}}');
});

it('every stylesheet in the page is hashed, as browsers do it', () => {
  const hash = (css: string): string => `'sha256-${createHash('sha256').update(css).digest('base64')}'`;
  expect(hashStyles('<style>a\n{}</style><STYLE media="print">b</Style><style></style><styled>c</styled>')).toEqual([
    hash('a\n{}'),
    hash('b'),
    hash(''),
  ]);
  expect(hashStyles('no styles')).toEqual([]);
});

it('the gate comes as a page with all of its parts', () => {
  expect(readPlaceholders(DEFAULT_TEMPLATE).toSorted()).toEqual([
    'back',
    'dir',
    'form',
    'intro',
    'lang',
    'owner',
    'style',
    'title',
    'title',
  ]);
  expect(DEFAULT_TEMPLATE).toMatch(/^<!doctype html>/);
});
