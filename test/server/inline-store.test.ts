// The contract of session stores with SQLite in one thread, as in most tests. Mutation tests can change what runs in it, and nothing in
// the threads of a real store.
import { makeInlinePlace } from '../helpers/store-place.ts';
import { describeWholeContract } from '../helpers/whole-contract.ts';

describeWholeContract('inline SQLite', makeInlinePlace);
