// A large session that two processes count at the same time, in SQLite.
import { testCountedTwice } from '../helpers/counted-twice.ts';
import { makeInlinePlace } from '../helpers/store-place.ts';

testCountedTwice('SQLite', makeInlinePlace);
