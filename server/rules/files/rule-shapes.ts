import { Ajv } from 'ajv'
import {
  ChannelRule,
  LadderRule,
  PolicyRule,
  PoolRule,
  ScriptRules,
  SendRule,
  SopRule,
  TagRules,
  WebhookRule,
  WelcomeRule,
} from '../schema/rule-files.ts'
import { explainShape, type ShapeFault } from './explain-shape.ts'
import { type JsonSchema, toJsonSchema } from './json-schema.ts'
import type { RuleKind } from './rule-folder.ts'

/** The JSON Schema of one document of each kind. */
export const RULE_SCHEMAS: Record<RuleKind, JsonSchema> = {
  channel: toJsonSchema(ChannelRule),
  welcome: toJsonSchema(WelcomeRule),
  tags: toJsonSchema(TagRules),
  pool: toJsonSchema(PoolRule),
  scripts: toJsonSchema(ScriptRules),
  sop: toJsonSchema(SopRule),
  send: toJsonSchema(SendRule),
  webhook: toJsonSchema(WebhookRule),
  policy: toJsonSchema(PolicyRule),
  ladder: toJsonSchema(LadderRule),
}

const ajv = new Ajv({ strict: false, unicodeRegExp: true, allErrors: false })
const validators = new Map(Object.entries(RULE_SCHEMAS).map(([kind, schema]) => [kind, ajv.compile(schema)]))

/** What is wrong with the shape of one document; empty when it is right. */
export function shapeFaults(kind: RuleKind, value: unknown): ShapeFault[] {
  const validate = validators.get(kind)
  if (validate === undefined || validate(value)) return []
  const faults = explainShape(RULE_SCHEMAS[kind], value)
  if (faults.length > 0) return faults
  // The schema says no and we cannot say why: still refuse.
  const path = validate.errors?.[0]?.instancePath.split('/').slice(1) ?? []
  return [{ at: path.map((step) => (/^\d+$/.test(step) ? Number(step) : step)), message: '这里的写法不对' }]
}
