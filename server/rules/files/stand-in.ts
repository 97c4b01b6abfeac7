import type { JsonSchema } from './json-schema.ts'

/** What says nothing by itself and lets all others go on: for steps, a parting of ways behind which every wait is forgotten. */
const BY_SHAPE: Readonly<Record<string, unknown>> = { '#/$defs/Step': { choose: [{ otherwise: [] }] } }
const BY_KEY: Readonly<Record<string, unknown>> = {
  trigger: 'customer.added',
  event: 'customer.added',
  inviteBy: 'task',
}

/** A value of the right type in place of one that cannot be read, so that what stands beside it can be checked. It fulfils no
 *  bound and no pattern; nothing that is found at its place may be told. `key`: under which it stands. */
export function standInFor(root: JsonSchema, written: JsonSchema, key: string | number | undefined): unknown {
  if (written.$ref !== undefined) {
    if (Object.hasOwn(BY_SHAPE, written.$ref)) return structuredClone(BY_SHAPE[written.$ref])
    const target = root.$defs?.[written.$ref.replace('#/$defs/', '')]
    return target === undefined ? undefined : standInFor(root, target, key)
  }
  if (typeof key === 'string' && Object.hasOwn(BY_KEY, key)) return BY_KEY[key]
  const [first] = written.anyOf ?? []
  if (first !== undefined) return standInFor(root, first, key)
  if (written.const !== undefined) return written.const
  switch (written.type) {
    case 'string':
      return ''
    case 'number':
    case 'integer':
      return Number.NaN
    case 'boolean':
      return false
    case 'array':
      return []
    default: {
      const required = written.required ?? []
      return Object.fromEntries(
        required.map((name) => [name, standInFor(root, written.properties?.[name] ?? {}, name)]),
      )
    }
  }
}
