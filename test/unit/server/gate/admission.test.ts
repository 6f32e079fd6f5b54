// Whom the gate lets in, and who may go on when its settings have changed.
import { expect, it } from 'vitest';
import { isStillAdmitted } from '../../../../server/gate/admission.ts';

const MODES = ['open', 'invited', 'confirmed'] as const;

it.for([
  ['typed', 'listed@example.com', ['open']],
  ['typed', 'other@example.com', []],
  ['invited', 'listed@example.com', ['open', 'invited', 'confirmed']],
  ['invited', 'other@example.com', ['open', 'invited', 'confirmed']],
  ['confirmed', 'listed@example.com', ['open', 'confirmed']],
  ['confirmed', 'other@example.com', []],
] as const)('a reader whose address was %s, %s, goes on with %j', ([identity, email, modes]) => {
  const allow = ['listed@example.com'];
  expect(MODES.filter((mode) => isStillAdmitted({ identity, email }, { mode, allow }))).toEqual(modes);
});
