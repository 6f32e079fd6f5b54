// What the schemas of the API's answers are made of.
import * as v from 'valibot';

/** The same type, but for `readonly`. */
type Writable<Value> = Value extends readonly (infer Item)[]
  ? Writable<Item>[]
  : Value extends object
    ? { -readonly [Key in keyof Value]: Writable<Value[Key]> }
    : Value;
/** Compiles only if what the schema accepts and `View` are the same. */
export function answer<View>() {
  return <Schema extends v.GenericSchema>(
    schema: Schema &
      ([Writable<View>, v.InferOutput<Schema>] extends [v.InferOutput<Schema>, Writable<View>] ? unknown : never),
  ): Schema => schema;
}

export const time = v.pipe(v.string(), v.isoTimestamp(), v.description('ISO 8601, UTC, with milliseconds'));
export const ms = v.pipe(v.number(), v.integer(), v.minValue(0));
export const count = v.pipe(v.number(), v.integer(), v.minValue(0));
