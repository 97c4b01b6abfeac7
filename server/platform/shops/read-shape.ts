import type { Static, TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { notUnderstood } from './shop-error.ts'

/** The value, if it has the shape; fields beyond it are left alone. Throws shop.not-understood naming the field. */
export function readShape<Schema extends TSchema>(schema: Schema, value: unknown, path: string): Static<Schema> {
  if (Value.Check(schema, value)) return value as Static<Schema>
  const [fault] = Value.Errors(schema, value)
  throw notUnderstood(path, fault?.instancePath.replaceAll('/', '.').slice(1) || 'the whole')
}
