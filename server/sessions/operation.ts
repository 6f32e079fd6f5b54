// What the OpenAPI document says of one operation of the owner's API.
import * as v from 'valibot';
import type { AnswerName } from './answers.ts';

export interface Operation {
  readonly summary: string;
  readonly answer?: AnswerName;
  /** The media type of the answer, if it isn't JSON. */
  readonly type?: string;
  readonly parameters?: v.ObjectEntries;
  readonly body?: object;
  /** Why it can fail, apart from a missing login. */
  readonly failures?: Readonly<Record<number, string>>;
  /** Anyone may call it. */
  readonly isOpen?: boolean;
}

/** The operations of a path, by method in lower case. */
export type Operations = Readonly<Record<string, Operation>>;

export const BAD_PARAMETER = { 400: 'A parameter can’t be used; the error begins with its name' };
export const NOT_FOUND = { 404: 'There is none with this name' };

/** The schema of a body whose fields are read by these schemas. */
export function bodyOf(entries: Readonly<Record<string, v.GenericSchema>>, required: readonly string[] = []): object {
  return {
    type: 'object',
    properties: Object.fromEntries(
      Object.entries(entries).map(([name, schema]) => [
        name,
        {
          type: 'string',
          description: v.getDescription('wrapped' in schema ? (schema.wrapped as v.GenericSchema) : schema),
        },
      ]),
    ),
    ...(required.length > 0 && { required }),
  };
}
