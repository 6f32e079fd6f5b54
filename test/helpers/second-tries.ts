// Prints why a test that passed at its second try had failed before, which Vitest doesn't: the cause is to be mended.
import type { Reporter, TestCase } from 'vitest/node';

export default class SecondTries implements Reporter {
  onTestCaseResult(test: TestCase): void {
    const { state, errors = [] } = test.result();
    if (state !== 'passed') return;
    // A message is cut short; the difference is not.
    for (const { message, stack, diff = '' } of errors)
      console.log(
        `Before its second try: ${test.module.relativeModuleId} > ${test.fullName}\n${stack ?? message}\n${diff}\n`,
      );
  }
}
