// The totals of a store in SQLite equal those of the sessions and spans: the test in test/helpers/totals-properties.ts.
import { makeInlinePlace } from '../helpers/store-place.ts';
import { testTotalsProperties } from '../helpers/totals-properties.ts';

/** Mutation tests run it for each mutant. */
const RUNS = 'MUTATION_ISOLATE' in process.env ? 8 : 200;

testTotalsProperties('inline SQLite', makeInlinePlace, RUNS);
