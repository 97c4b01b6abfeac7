import type { Names } from '../checks/names.ts'
import type { FactShape, FactType, NarrowKey } from '../condition/fact.ts'
import { GROUP_FACTS } from '../condition/group-facts.ts'
import { type AskedField, isOfFields, PROFILE } from '../condition/profile-path.ts'
import { namedKind } from '../schema/name-kind.ts'
import { PRODUCT_ROLES } from '../schema/product-rules.ts'
import type { Vocabulary } from '../vocabulary.ts'
import type { JsonSchema } from './json-schema.ts'
import { kindOfRule, RULE_KINDS } from './rule-kinds.ts'

/** JSON Schemas for editors (`config/.schema/<name>.json`), with the facts that conditions may ask for, the events and the
 *  names that the other files give filled in: names are offered, others allowed, since the next file may bring them. File
 *  name to text. */
export function editorSchemas(
  { facts: offered, shapes }: Pick<Vocabulary, 'facts' | 'shapes'>,
  names: Partial<Names> = {},
  fields: readonly AskedField[] = [],
): Map<string, string> {
  const ofCustomers = [
    ...offered.filter((one) => !isOfFields(one)),
    ...fields.filter(({ isFact }) => isFact).map(shapeOf),
  ]
  const schemas = new Map<string, string>()
  for (const kind of RULE_KINDS) {
    const { title, isTimed } = kindOfRule(kind)
    const { $defs, ...schema } = filledIn(shapes.schemas[kind], names)
    // A send to groups asks about those, and a campaign has both; which of the two may be asked, the checks know.
    const asksBoth = kind === 'send' || kind === 'campaign'
    const facts = asksBoth ? [...ofCustomers, ...GROUP_FACTS] : kind === 'groupSop' ? GROUP_FACTS : ofCustomers
    const asksFacts = JSON.stringify([schema, $defs]).includes(CONDITION)
    const whole = {
      $schema: 'http://json-schema.org/draft-07/schema#',
      title,
      ...schema,
      ...(isTimed === true ? { oneOf: [{ required: ['at'] }, { required: ['cron'] }] } : {}),
      ...($defs === undefined && !asksFacts
        ? {}
        : {
            $defs: { ...$defs, ...(asksFacts ? { ...testsFor(facts, names), Condition: conditionSchema(facts) } : {}) },
          }),
    }
    schemas.set(`${kind}.json`, `${JSON.stringify(whole, null, 2)}\n`)
  }
  return schemas
}

const shapeOf = ({ field, zh, type }: AskedField): FactShape => ({ path: `${PROFILE}${field}`, zh, type })

const CONDITION = '#/$defs/Condition'

function filledIn(schema: JsonSchema, names: Partial<Names>): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (_key, value: unknown) => {
    const node = value as JsonSchema | null
    if (typeof node !== 'object' || node === null) return value
    const { 'x-huoshui': mark, description, ...text } = node
    if (mark === 'condition') return { description, allOf: [{ $ref: CONDITION }] }
    const kind = mark === undefined ? undefined : namedKind(mark)
    return kind === undefined ? value : { description, ...offering(text, names[kind]) }
  }) as JsonSchema
}

/** The names that are there as one branch, so that editors list them, beside any text. */
function offering(text: object, known: ReadonlySet<string> | undefined): object {
  return known === undefined || known.size === 0 ? text : { anyOf: [{ enum: [...known].sort() }, text] }
}

const many = { type: 'array', items: { $ref: CONDITION }, minItems: 1 }

function conditionSchema(facts: readonly FactShape[]): object {
  return {
    type: 'object',
    additionalProperties: false,
    properties: {
      all: { ...many, description: '全部成立' },
      any: { ...many, description: '有一条成立' },
      not: { $ref: CONDITION, description: '不成立' },
      ...factProperties('', facts),
    },
  }
}

/** Below `prefix`: every rest of a fact's path, and every beginning of one with what may follow inside it. */
function factProperties(prefix: string, facts: readonly FactShape[]): Record<string, object> {
  const properties: Record<string, object> = {}
  for (const fact of facts) {
    if (!fact.path.startsWith(prefix)) continue
    const rest = fact.path.slice(prefix.length)
    properties[rest] = { description: fact.zh, allOf: [{ $ref: `#/$defs/${testsNameOf(fact)}` }] }
    const steps = rest.split('.')
    for (let count = 1; count < steps.length; count++) {
      const beginning = steps.slice(0, count).join('.')
      properties[beginning] ??= {
        type: 'object',
        additionalProperties: false,
        properties: factProperties(`${prefix}${beginning}.`, facts),
      }
    }
  }
  return properties
}

const listOf = (items: object): object => ({ type: 'array', items, minItems: 1 })
const KNOWN = { known: { type: 'boolean', description: '有没有值' } }

/** `value` alone, or tests of it. */
const scalar = (value: object, properties: Record<string, object>): object => ({
  anyOf: [value, { type: 'object', additionalProperties: false, minProperties: 1, properties }],
})
const equality = (value: object): Record<string, object> => ({
  eq: { ...value, description: '等于' },
  ne: { ...value, description: '不等于' },
})
const choice = (value: object): Record<string, object> => ({
  in: { ...listOf(value), description: '是其中之一' },
  notIn: { ...listOf(value), description: '都不是' },
})
const order = (value: object): Record<string, object> => ({
  gt: { ...value, description: '大于' },
  gte: { ...value, description: '大于等于' },
  lt: { ...value, description: '小于' },
  lte: { ...value, description: '小于等于' },
})
const NUMBER = { type: 'number' }
const MONEY = { type: 'string', pattern: '^\\d{1,12}(\\.\\d{1,2})? ?元$', examples: ['500元', '99.5元'] }
const TEXT = { type: 'string', minLength: 1 }
const FLAG = { type: 'boolean' }

/** With `text` in place of any text. */
const testsOf = (text: object): Record<FactType, object> => ({
  number: scalar(NUMBER, { ...equality(NUMBER), ...order(NUMBER), ...choice(NUMBER), ...KNOWN }),
  money: scalar(MONEY, { ...equality(MONEY), ...order(MONEY), ...choice(MONEY), ...KNOWN }),
  text: scalar(text, { ...equality(text), ...choice(text), ...KNOWN }),
  flag: scalar(FLAG, { ...equality(FLAG), ...KNOWN }),
  set: scalar(text, {
    any: { ...listOf(text), description: '有其中之一' },
    all: { ...listOf(text), description: '全都有' },
    none: { ...listOf(text), description: '一个也没有' },
  }),
})

const testsNameOf = ({ path, type, names, oneOf, narrow }: FactShape): string =>
  [type, ...(names === undefined ? [] : [names]), ...(oneOf === undefined ? [] : [path]), ...(narrow ?? [])].join('-')

const ROLE = { enum: PRODUCT_ROLES }

const NARROWED: Record<NarrowKey, object> = {
  category: { anyOf: [TEXT, listOf(TEXT)], description: '只算这些品类' },
  product: { anyOf: [TEXT, listOf(TEXT)], description: '只算这些商品：名称或编码' },
  role: { anyOf: [ROLE, listOf(ROLE)], description: '只算这些角色的商品，见 products.yaml' },
  store: { anyOf: [TEXT, listOf(TEXT)], description: '只算这些门店的订单，写店铺说的门店名或编号' },
  scene: { anyOf: [TEXT, listOf(TEXT)], description: '只算从这些下单渠道来的订单，写店铺说的词，如 直播间' },
  campaign: { anyOf: [TEXT, listOf(TEXT)], description: '只算这些店铺活动的订单' },
  days: { type: 'integer', minimum: 1, description: '只算近这么多天' },
  field: TEXT,
}

/** The same tests, with what the fact may be narrowed to beside them. */
function narrowedTests(tests: object, narrow: readonly NarrowKey[]): object {
  const { anyOf: [alone, test] = [] } = tests as { anyOf?: [object, { properties: object }] }
  const keys = Object.fromEntries(narrow.map((key) => [key, NARROWED[key]]))
  return { anyOf: [alone, { ...test, properties: { ...test?.properties, ...keys } }] }
}

/** How each kind of fact is compared; those whose values are names apart, with the names that are there. */
function testsFor(facts: readonly FactShape[], names: Partial<Names>): Record<string, object> {
  const tests: Record<string, object> = { ...testsOf(TEXT) }
  for (const fact of facts) {
    if (fact.names !== undefined) tests[testsNameOf(fact)] ??= testsOf(offering(TEXT, names[fact.names]))[fact.type]
    if (fact.oneOf !== undefined) tests[testsNameOf(fact)] ??= testsOf({ enum: fact.oneOf })[fact.type]
    if (fact.narrow !== undefined) tests[testsNameOf(fact)] ??= narrowedTests(testsOf(TEXT)[fact.type], fact.narrow)
  }
  return tests
}
