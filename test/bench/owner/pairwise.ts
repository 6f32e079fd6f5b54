// Few combinations of parameters in which each value meets each value of every other parameter: most faults and slow plans come from
// one or two parameters. Pure, and the same with each run.

export type Combination = readonly string[];

/**
 * @param parameters the values of each parameter; all different.
 * @returns combinations with one value of each parameter, in the order of the parameters.
 */
export function coverPairs(parameters: readonly (readonly string[])[]): readonly Combination[] {
  const uncovered = new Map(pairsOf(parameters).map((pair) => [nameOf(...pair), pair]));
  const combinations: Combination[] = [];
  for (let [first] = uncovered.values(); first; [first] = uncovered.values()) {
    const combination = complete(parameters, first, (one, other) => uncovered.has(nameOf(one, other)));
    for (const [one, other] of pairsIn(combination)) uncovered.delete(nameOf(one, other));
    combinations.push(combination);
  }
  return combinations;
}

/** Of each parameter that is left, the value that meets most of the chosen ones for the first time. */
function complete(
  parameters: readonly (readonly string[])[],
  begun: readonly [string, string],
  isNew: (one: string, other: string) => boolean,
): Combination {
  const chosen = parameters.map((values) => begun.find((value) => values.includes(value)));
  for (const [nth, values] of parameters.entries()) {
    const count = (value: string): number =>
      chosen.filter((other, place) => other !== undefined && isNew(...inOrder(nth, value, place, other))).length;
    chosen[nth] ??= values.reduce((best, value) => (count(value) > count(best) ? value : best), values[0] ?? '');
  }
  return chosen.map((value) => value ?? '');
}

const inOrder = (nth: number, value: string, place: number, other: string): [string, string] =>
  nth < place ? [value, other] : [other, value];

function pairsOf(parameters: readonly (readonly string[])[]): readonly (readonly [string, string])[] {
  return parameters.flatMap((values, nth) =>
    parameters
      .slice(nth + 1)
      .flatMap((others) => values.flatMap((one) => others.map((other) => [one, other] as const))),
  );
}

export function pairsIn(combination: Combination): readonly (readonly [string, string])[] {
  return pairsOf(combination.map((value) => [value]));
}

const nameOf = (one: string, other: string): string => JSON.stringify([one, other]);
