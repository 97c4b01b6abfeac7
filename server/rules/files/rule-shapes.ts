import { Ajv, type ValidateFunction } from 'ajv'
import type { TSchema } from 'typebox'
import type { EventTriggerShape } from '../schema/event-trigger.ts'
import { withEvents } from './event-schemas.ts'
import { readShape, type ShapeFault } from './explain-shape.ts'
import { type JsonSchema, toJsonSchema } from './json-schema.ts'
import type { ReadablePart } from './readable-part.ts'
import { forEachKind, KINDS, type RuleKind } from './rule-kinds.ts'

/** What one document of each kind of rule file must look like. */
export interface RuleShapes {
  schemas: Readonly<Record<RuleKind, JsonSchema>>
  /** What is wrong with the shape of one document; empty when it is right. */
  faults(kind: RuleKind, value: unknown): ShapeFault[]
  /** The same with what can be read all the same; undefined when nothing can. */
  read(kind: RuleKind, value: unknown): { faults: ShapeFault[]; readable: ReadablePart | undefined }
}

export function createRuleShapes(triggers: readonly EventTriggerShape[]): RuleShapes {
  const schemaOf = (shape: TSchema): JsonSchema => withEvents(toJsonSchema(shape), triggers)
  const schemas = forEachKind((kind) => schemaOf(KINDS[kind].shape))
  const ajv = new Ajv({ strict: false, unicodeRegExp: true, allErrors: false })
  // Compiled when the first rule of a kind is read: all together take longer than to check a small folder.
  const validators = new Map<RuleKind, ValidateFunction>()
  function validatorOf(kind: RuleKind): ValidateFunction {
    const known = validators.get(kind) ?? ajv.compile(schemas[kind])
    validators.set(kind, known)
    return known
  }

  function read(kind: RuleKind, value: unknown): ReturnType<RuleShapes['read']> {
    const validate = validatorOf(kind)
    if (validate(value)) return { faults: [], readable: { value, leftOut: [], renamed: [], strays: [] } }
    const { faults, readable } = readShape(schemas[kind], value)
    if (faults.length > 0) return { faults, readable }
    // The schema says no and we cannot say why: still refuse.
    const path = validate.errors?.[0]?.instancePath.split('/').slice(1) ?? []
    const at = path.map((step) => (/^\d+$/.test(step) ? Number(step) : step))
    return { faults: [{ at, message: '这里的写法不对' }], readable: undefined }
  }

  return { schemas, read, faults: (kind, value) => read(kind, value).faults }
}
