// What pages are called, alone and beside others.
import { expect, it } from 'vitest';
import { namePages, pageName } from '../../../../client/ui/page-names.ts';

it.for([
  ['/', 'Home'],
  ['/index.html', 'Home'],
  ['/work/four-minutes/', 'Four minutes'],
  ['/work/four_minutes.html', 'Four minutes'],
  ['/work/Q3%20figures.pdf', 'Q3 figures.pdf'],
  ['/work/%E0%A4%A/', '%E0%A4%A'],
  ['/work/---/', '---'],
  ['/über-uns/', 'Über uns'],
])('the page %s is called %s', ([page = '', name]) => expect(pageName(page)).toBe(name));

it.for([
  [
    ['/a/index', '/b/index'],
    ['A / Index', 'B / Index'],
  ],
  [
    ['/2025/plans/', '/2026/plans/', '/2026/costs/'],
    ['2025 / Plans', '2026 / Plans', 'Costs'],
  ],
  [
    ['/plans/', '/2026/plans/'],
    ['Plans', '2026 / Plans'],
  ],
  [
    ['/x/a/plans/', '/y/a/plans/', '/b/plans/'],
    ['X / A / Plans', 'Y / A / Plans', 'B / Plans'],
  ],
  [
    ['/plans/', '/plans.html', '/plans/index.html'],
    ['/plans/', '/plans.html', '/plans/index.html'],
  ],
  [
    ['/', '/index.html'],
    ['/', '/index.html'],
  ],
])('%j are called %j where they are shown together', ([pages = [], names]) => {
  expect(pages.map(namePages(pages))).toEqual(names);
});

it('a page that is shown twice has one name', () => {
  expect(namePages(['/plans/', '/plans/'])('/plans/')).toBe('Plans');
});
