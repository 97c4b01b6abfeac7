import type { JsonSchema } from '../../rules/files/json-schema.ts'

/** What patterns of the contract are tried with. */
const TEXTS = ['x', 'a-key-0001', '1', '05-20', '1-1', 'wm-nobody', 'https://huoshui.example/sidebar/', '2026-11-25']

/** Something that a schema of ours takes, so that a request is refused for who asks and for nothing else. Throws where it
 *  knows none: a new pattern needs an example above. */
export function sampleOf(schema: JsonSchema): unknown {
  if (schema.const !== undefined) return schema.const
  if (schema.anyOf !== undefined) return sampleOf(schema.anyOf[0] ?? {})
  switch (schema.type) {
    case 'object':
      return Object.fromEntries(
        (schema.required ?? []).map((name) => [name, sampleOf(schema.properties?.[name] ?? {})]),
      )
    case 'array':
      return Array.from({ length: schema.minItems ?? 0 }, () => sampleOf(schema.items ?? {}))
    case 'string': {
      const found = TEXTS.find((text) => isGood(schema, text))
      if (found === undefined) throw new Error(`no example for ${JSON.stringify(schema)}: add one to sample-of.ts`)
      return found
    }
    case 'integer':
    case 'number':
      return schema.minimum ?? 0
    case 'boolean':
      return false
    default:
      return null
  }
}

const isGood = ({ pattern, minLength = 0 }: JsonSchema, text: string): boolean =>
  text.length >= minLength && (pattern === undefined || new RegExp(pattern, 'u').test(text))
