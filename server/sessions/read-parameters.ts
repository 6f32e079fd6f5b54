// Reads parameters by their schemas. Pure.
import * as v from 'valibot';
import { HttpError } from '../http/http-error.ts';

/**
 * @param values by name. What is undefined counts as not given.
 * @throws HttpError 400 with the name of each parameter that can't be used, and what it must be.
 */
export function readParameters<Entries extends v.ObjectEntries>(
  entries: Entries,
  values: Readonly<Record<string, unknown>>,
): v.InferOutput<v.ObjectSchema<Entries, undefined>> {
  const read = v.safeParse(v.object(entries), values);
  if (read.success) return read.output;
  const problems = read.issues.map((issue) => `${v.getDotPath(issue) ?? 'query'}: ${issue.message}`);
  throw new HttpError(400, problems.join('; '));
}
