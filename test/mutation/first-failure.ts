// Loaded before the tests of a mutant: the same cases for each, and the first that fails is enough. Nobody reads a smaller one.
import fc from 'fast-check';

fc.configureGlobal({ seed: 1, endOnFailure: true });
