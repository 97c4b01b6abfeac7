import type { Static, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'
import Value from 'typebox/value'

interface Use {
  times: number
  validator: Validator | undefined
}

/** Compiling takes as long as some dozens of checks: what is rarely checked is not compiled, and a start is not slowed down. */
const COMPILED_AFTER = 50

const uses = new WeakMap<TSchema, Use>()

/** The value, which is as the schema says. Throws typebox's ParseError otherwise. What is checked often is compiled, once. */
export function checkedBy<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  const use = uses.get(schema) ?? { times: 0, validator: undefined }
  uses.set(schema, use)
  use.times += 1
  if (use.times <= COMPILED_AFTER) return Value.Parse(schema, value)
  use.validator ??= Compile(schema) as unknown as Validator
  return use.validator.Parse(value) as Static<Schema>
}
