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

/** Undefined until it has been asked for often enough. */
function compiled(schema: TSchema): Validator | undefined {
  const use = uses.get(schema) ?? { times: 0, validator: undefined }
  uses.set(schema, use)
  use.times += 1
  if (use.times <= COMPILED_AFTER) return undefined
  use.validator ??= Compile(schema) as unknown as Validator
  return use.validator
}

/** The value, which is as the schema says. Throws typebox's ParseError otherwise. What is checked often is compiled, once. */
export function checkedBy<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  const validator = compiled(schema)
  return validator === undefined ? Value.Parse(schema, value) : (validator.Parse(value) as Static<Schema>)
}

/** Is it as the schema says; compiled as above. */
export const isOf = <Schema extends TSchema>(schema: Schema, value: unknown): value is Static<Schema> =>
  compiled(schema)?.Check(value) ?? Value.Check(schema, value)
