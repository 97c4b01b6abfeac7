import { Ajv } from 'ajv'
import type { TSchema } from 'typebox'
import type { EventTriggerShape } from '../schema/event-trigger.ts'
import { ProfileRules } from '../schema/profile-rules.ts'
import {
  ChannelRule,
  LadderRule,
  PolicyRule,
  PoolRule,
  RoleRules,
  ScriptRules,
  SendRule,
  ShopRule,
  SopRule,
  TagRules,
  WebhookRule,
  WelcomeRule,
} from '../schema/rule-files.ts'
import { withEvents } from './event-schemas.ts'
import { explainShape, type ShapeFault } from './explain-shape.ts'
import { type JsonSchema, toJsonSchema } from './json-schema.ts'
import type { RuleKind } from './rule-folder.ts'

/** What one document of each kind of rule file must look like. */
export interface RuleShapes {
  schemas: Readonly<Record<RuleKind, JsonSchema>>
  /** What is wrong with the shape of one document; empty when it is right. */
  faults(kind: RuleKind, value: unknown): ShapeFault[]
}

export function createRuleShapes(triggers: readonly EventTriggerShape[]): RuleShapes {
  const schemaOf = (shape: TSchema): JsonSchema => withEvents(toJsonSchema(shape), triggers)
  const schemas: Record<RuleKind, JsonSchema> = {
    channel: schemaOf(ChannelRule),
    welcome: schemaOf(WelcomeRule),
    tags: schemaOf(TagRules),
    pool: schemaOf(PoolRule),
    scripts: schemaOf(ScriptRules),
    sop: schemaOf(SopRule),
    send: schemaOf(SendRule),
    webhook: schemaOf(WebhookRule),
    shop: schemaOf(ShopRule),
    policy: schemaOf(PolicyRule),
    ladder: schemaOf(LadderRule),
    roles: schemaOf(RoleRules),
    profile: schemaOf(ProfileRules),
  }
  const ajv = new Ajv({ strict: false, unicodeRegExp: true, allErrors: false })
  const validators = new Map(Object.entries(schemas).map(([kind, schema]) => [kind, ajv.compile(schema)]))

  return {
    schemas,
    faults: (kind, value) => {
      const validate = validators.get(kind)
      if (validate === undefined || validate(value)) return []
      const faults = explainShape(schemas[kind], value)
      if (faults.length > 0) return faults
      // The schema says no and we cannot say why: still refuse.
      const path = validate.errors?.[0]?.instancePath.split('/').slice(1) ?? []
      return [{ at: path.map((step) => (/^\d+$/.test(step) ? Number(step) : step)), message: '这里的写法不对' }]
    },
  }
}
