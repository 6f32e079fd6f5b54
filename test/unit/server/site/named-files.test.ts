// Requests that mean a file by its name, in whatever way they spell it.
import { expect, it } from 'vitest';
import { createNamedFiles } from '../../../../server/site/named-files.ts';

const isNamed = createNamedFiles(['/_astro/plan.DfR3x_1.png', '/_astro/straße.Ab1.jpg']);

it.for([
  '/_astro/plan.DfR3x_1.png',
  '/work/_astro/plan.DfR3x_1.png?v=1',
  '/_astro/PLAN.dfr3x_1.PNG',
  '/_astro/plan%2EDfR3x_1.png',
  '/_astro/plan%252EDfR3x_1.png',
  '/_image?href=%2F_astro%2Fplan.DfR3x_1.png&w=300&f=webp',
  '/_image?href=%2F_astro%2Fplan.DfR3x_1.png%3Forigin&w=300&broken=%E0%A4%A',
  '/_image?w=300&href=http%3A%2F%2Flocalhost%2F_astro%2Fplan.DfR3x_1.png',
  '/_astro/stra%C3%9Fe.Ab1.jpg',
  `/%${'25'.repeat(20)}41`,
])('%s does', (target) => {
  expect(isNamed(target)).toBe(true);
});

it.for(['/', '/_astro/plan.Other.png', '/_image?href=%2F_astro%2Flogo.png&w=300', '/report/100%25', '/a%zz'])(
  '%s does not',
  (target) => {
    expect(isNamed(target)).toBe(false);
  },
);

it('without files, nothing does', () => {
  expect(createNamedFiles([])('/_astro/plan.DfR3x_1.png')).toBe(false);
});
