import type { TSchema } from 'typebox'

/** What our rule shapes use of JSON Schema. */
export interface JsonSchema {
  type?: string
  /** What people call it. */
  title?: string
  description?: string
  const?: string | number | boolean
  anyOf?: JsonSchema[]
  $ref?: string
  $defs?: Record<string, JsonSchema>
  properties?: Record<string, JsonSchema>
  patternProperties?: Record<string, JsonSchema>
  required?: string[]
  additionalProperties?: boolean
  minProperties?: number
  items?: JsonSchema
  minItems?: number
  maxItems?: number
  uniqueItems?: boolean
  minLength?: number
  maxLength?: number
  pattern?: string
  minimum?: number
  maximum?: number
  'x-huoshui'?: string
}

/** A TypeBox shape as plain JSON Schema with references that every tool follows (`#/$defs/Step`). */
export function toJsonSchema(shape: TSchema): JsonSchema {
  return JSON.parse(JSON.stringify(shape), (key, value: unknown) => {
    if (key === '$ref' && typeof value === 'string' && !value.startsWith('#')) return `#/$defs/${value}`
    return key === '$id' ? undefined : value
  }) as JsonSchema
}
