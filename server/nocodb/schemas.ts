// The parts of NocoDB's requests and responses that matter here.
import * as v from 'valibot';

/** Values by field id or title. Responses use titles. */
export type Fields = Readonly<Record<string, unknown>>;

export interface NocoRecord {
  readonly id: number | string;
  readonly fields: Fields;
}

const Id = v.union([v.number(), v.string()]);
export const Records = v.object({ records: v.array(v.object({ id: Id, fields: v.record(v.string(), v.unknown()) })) });
export const Erased = v.object({ records: v.array(v.object({ id: Id, deleted: v.literal(true) })) });
export const Tables = v.object({ list: v.array(v.object({ id: v.string(), title: v.string() })) });
export const Field = v.object({ id: v.string(), title: v.string(), type: v.string() });
const View = v.object({ id: v.string() });
export const Table = v.object({ id: v.string(), title: v.string(), fields: v.array(Field), views: v.array(View) });
export const Sorts = v.object({ list: v.array(v.unknown()) });
export const Count = v.object({ count: v.number() });

export type NocoField = v.InferOutput<typeof Field>;
export type NocoTable = v.InferOutput<typeof Table>;
export interface NewField {
  readonly title: string;
  readonly type: string;
  readonly unique?: boolean;
  readonly options?: unknown;
}
