// Who belongs to whom, where more than one may: pairs, as many as can be (augmenting paths; Kuhn 1955). Pure.

/**
 * @param ones who comes first keeps a partner whoever comes later.
 * @returns the one that each other belongs to.
 */
export function match<One, Other>(
  ones: readonly One[],
  others: readonly Other[],
  fits: (one: One, other: Other) => boolean,
): Map<Other, One> {
  const pairs = new Map<Other, One>();
  const findPartner = (one: One, asked: Set<Other>): boolean =>
    others.some((other) => {
      if (asked.has(other) || !fits(one, other)) return false;
      asked.add(other);
      const rival = pairs.get(other);
      if (rival !== undefined && !findPartner(rival, asked)) return false;
      pairs.set(other, one);
      return true;
    });
  for (const one of ones) findPartner(one, new Set());
  return pairs;
}
