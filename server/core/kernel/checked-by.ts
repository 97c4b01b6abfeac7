import type { Static, TSchema } from 'typebox'
import { Compile, type Validator } from 'typebox/compile'

const compiled = new WeakMap<TSchema, Validator>()

/** The value, which is as the schema says. Throws typebox's ParseError otherwise. Each schema is compiled at its first use:
 *  what is checked thousands of times a minute costs nearly nothing then. */
export function checkedBy<Schema extends TSchema>(schema: Schema, value: unknown): Static<Schema> {
  let validator = compiled.get(schema)
  if (validator === undefined) {
    validator = Compile(schema) as unknown as Validator
    compiled.set(schema, validator)
  }
  return validator.Parse(value) as Static<Schema>
}
