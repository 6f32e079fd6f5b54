// Loaded before the tests of a project: fast-check makes the same cases in each run, so that a failure is a change of the code.
import fc from 'fast-check';

fc.configureGlobal({ seed: 1 });
