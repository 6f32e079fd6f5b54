// The part of the devtools' API that is used. Firefox has it under the same name.

export interface DevtoolsApi {
  readonly panels: { create(title: string, icon: string, page: string, created?: () => void): void };
  readonly inspectedWindow: {
    /** Evaluates the expression in the inspected page. Its result must be plain data. */
    eval(expression: string, done: (value: unknown, problem?: EvalProblem) => void): void;
  };
  readonly network: { readonly onNavigated: { addListener(listener: () => void): void } };
}

interface EvalProblem {
  readonly isError?: boolean;
  readonly isException?: boolean;
  readonly value?: string;
  /** Contains a `%s` for each of the details. */
  readonly description?: string;
  readonly details?: readonly unknown[];
}

declare const chrome: { readonly devtools: DevtoolsApi };

export const devtools = (): DevtoolsApi => chrome.devtools;

/** Resolves with the value of the expression in the inspected page; rejects if it can't be evaluated there. */
export function evaluate(expression: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    devtools().inspectedWindow.eval(expression, (value, problem) => {
      if (problem?.isError || problem?.isException) reject(new Error(describe(problem)));
      else resolve(value);
    });
  });
}

function describe({ value, description = 'not allowed', details = [] }: EvalProblem): string {
  return value ?? details.reduce<string>((text, detail) => text.replace('%s', String(detail)), description);
}
