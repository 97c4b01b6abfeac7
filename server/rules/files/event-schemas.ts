import { AppError } from '../../core/kernel/app-error.ts'
import type { EventFilterSpec, EventTriggerShape } from '../schema/event-trigger.ts'
import type { JsonSchema } from './json-schema.ts'

/** The schema with the events of the vocabulary filled in, and with what may be asked of them. Which event carries which
 *  filter is checked later, where it can be said what to write instead. Throws rules.filter-differs when two events mean
 *  different things by one filter. */
export function withEvents(schema: JsonSchema, triggers: readonly EventTriggerShape[]): JsonSchema {
  const events = triggers.map(({ name, zh }) => ({ type: 'string', const: name, title: zh }))
  const filters = filterSchemas(triggers)
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    const node = value as JsonSchema | null
    if (typeof node !== 'object' || node === null) return value
    const { 'x-huoshui': filled, ...rest } = node
    if (filled === 'event') return { description: node.description, anyOf: events }
    if (filled !== 'event-filter') return value
    const { event, ...others } = node.properties ?? {}
    return { ...rest, properties: { event, ...filters, ...others } }
  }) as JsonSchema
}

function filterSchemas(triggers: readonly EventTriggerShape[]): Record<string, JsonSchema> {
  const schemas: Record<string, JsonSchema> = {}
  for (const { name, filters = {} } of triggers) {
    for (const [key, filter] of Object.entries(filters)) {
      const schema = filterSchema(filter)
      const known = schemas[key]
      if (known !== undefined && JSON.stringify(known) !== JSON.stringify(schema)) {
        throw new AppError('rules.filter-differs', `the filter ${key} of ${name} means something else elsewhere`)
      }
      schemas[key] = schema
    }
  }
  return schemas
}

const filterSchema = ({ zh, oneOf }: Pick<EventFilterSpec, 'zh' | 'oneOf'>): JsonSchema =>
  oneOf === undefined
    ? { description: zh, type: 'string' }
    : { description: zh, anyOf: oneOf.map((one) => ({ type: 'string', const: one })) }
