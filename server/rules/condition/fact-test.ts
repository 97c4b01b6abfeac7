import type { FactTest } from '../schema/condition.ts'
import type { ConditionFault } from './condition-fault.ts'
import { didYouMean } from './did-you-mean.ts'
import type { FactShape, FactType } from './fact.ts'

type Operator = keyof FactTest

const COMPARE = ['eq', 'ne', 'gt', 'gte', 'lt', 'lte', 'in', 'notIn', 'known'] as const
/** Order of texts and of flags means nothing in business, so it cannot be asked for. A set is never unknown: nobody
 *  has "no value" for tags, only no tags. */
const OPERATORS: Record<FactType, readonly Operator[]> = {
  number: COMPARE,
  money: COMPARE,
  text: ['eq', 'ne', 'in', 'notIn', 'known'],
  flag: ['eq', 'ne', 'known'],
  set: ['any', 'all', 'none'],
}
const LIST_OPERATORS: readonly string[] = ['in', 'notIn', 'any', 'all', 'none']

/** 10 billion yuan; keeps every sum an exact number. */
const MAX_YUAN = 10_000_000_000
const MAX_LIST = 500

type Parsed = { value: string | number | boolean } | { message: string; suggestion?: string }

/** One value of a test, written as ops staff write it, as the fact's own type; money as fen. */
function parseValue(shape: FactShape, written: unknown): Parsed {
  switch (shape.type) {
    case 'number':
      return typeof written === 'number' && Number.isFinite(written)
        ? { value: written }
        : {
            message: `「${shape.zh}」是数字，不能和${spaced(written)}比较`,
            suggestion: asTest(written) ?? asNumber(written) ?? '例如 { gte: 3 }',
          }
    case 'money':
      return parseMoney(shape, written)
    case 'text':
    case 'set':
      if (typeof written === 'string' && written.trim() !== '') return knownValue(shape, written)
      return typeof written === 'number' || typeof written === 'boolean'
        ? { message: `「${shape.zh}」是文字，${show(written)} 被读成了别的类型`, suggestion: `加上引号："${written}"` }
        : { message: `「${shape.zh}」要和文字比较，不能是${spaced(written)}` }
    case 'flag':
      return typeof written === 'boolean'
        ? { value: written }
        : { message: `「${shape.zh}」只能是 true 或 false，不能是${spaced(written)}` }
  }
}

/** Refuses what the fact can never be. */
function knownValue({ zh, oneOf }: FactShape, written: string): Parsed {
  if (oneOf === undefined || oneOf.includes(written)) return { value: written }
  const meant = didYouMean(written, oneOf)
  const suggestion = meant === undefined ? `能写的有 ${oneOf.join('、')}` : `是不是想写 ${meant}`
  return { message: `「${zh}」里没有「${written}」`, suggestion }
}

/** `">=1"` as a test; undefined where nothing of the kind was meant. */
function asTest(written: unknown): string | undefined {
  const match =
    typeof written === 'string' ? /^(>=|<=|==?|!=|>|<|≥|≤) *(-?\d+(?:\.\d+)?元?)$/.exec(written.trim()) : null
  return match === null ? undefined : `写成 { ${SIGNS[match[1] ?? ''] ?? 'eq'}: ${match[2]} }`
}

const asNumber = (written: unknown): string | undefined =>
  typeof written === 'string' && /^\d+(\.\d+)?$/.test(written.trim()) ? `去掉引号：${written.trim()}` : undefined

const YUAN_PER: Record<string, number> = { 百: 100, 千: 1_000, 万: 10_000 }

/** `1万元`, `2.5千` in plain yuan; undefined for anything else. */
function plainYuan(written: unknown): string | undefined {
  const match = typeof written === 'string' ? /^(\d+(?:\.\d+)?) ?([百千万])元?$/.exec(written.trim()) : null
  return match === null ? undefined : `写成 ${Number(match[1]) * (YUAN_PER[match[2] ?? ''] ?? 1)}元`
}

/** `500元`, `99.5元`. A bare number is refused: half the readers would take it for yuan and half for fen. */
function parseMoney(shape: FactShape, written: unknown): Parsed {
  const match = typeof written === 'string' ? /^(\d{1,12})(?:\.(\d{1,2}))? ?元$/.exec(written.trim()) : null
  if (match !== null) {
    const [, yuan = '0', cents = ''] = match
    if (Number(yuan) > MAX_YUAN) return { message: `金额${spaced(written)}太大`, suggestion: '最多 10000000000元' }
    return { value: Number(yuan) * 100 + Number(cents.padEnd(2, '0')) }
  }
  const bare = typeof written === 'number' ? String(written) : /^\d+(\.\d+)?$/.exec(String(written))?.[0]
  return bare === undefined
    ? {
        message: `「${shape.zh}」是金额，看不懂${spaced(written)}`,
        suggestion: plainYuan(written) ?? asTest(written) ?? '例如 500元 或 99.5元',
      }
    : { message: `「${shape.zh}」是金额，要带单位`, suggestion: `写成 ${bare}元` }
}

function show(value: unknown): string {
  const text =
    typeof value === 'string' ? `「${value}」` : typeof value === 'object' ? JSON.stringify(value) : String(value)
  return text.length > 40 ? `${text.slice(0, 40)}…` : text
}

/** Chinese quotation marks bring their own space. */
const spaced = (value: unknown): string => (typeof value === 'string' ? show(value) : ` ${show(value)} `)

/** What is asked of one fact. `test` is there exactly when there is no fault. */
export function parseFactTest(
  shape: FactShape,
  written: unknown,
): { test: FactTest | undefined; faults: ConditionFault[] } {
  const faults: ConditionFault[] = []
  const value = (at: ConditionFault['at'], one: unknown): string | number | boolean | undefined => {
    const parsed = parseValue(shape, one)
    if ('value' in parsed) return parsed.value
    faults.push({ at, ...parsed })
    return undefined
  }
  const done = (test: FactTest) => ({ test: faults.length === 0 ? test : undefined, faults })

  if (Array.isArray(written)) {
    const word = shape.type === 'set' ? 'any' : 'in'
    faults.push({
      at: [],
      message: `「${shape.zh}」后面不能直接写列表`,
      suggestion: `写成 { ${word}: [${written.map(String).join(', ').slice(0, 60)}] }`,
    })
    return done({})
  }
  if (typeof written !== 'object' || written === null) {
    const single = value([], written)
    return done(shape.type === 'set' ? { any: [String(single)] } : { eq: single ?? '' })
  }

  const test: Record<string, unknown> = {}
  const entries = Object.entries(written)
  if (entries.length === 0) {
    faults.push({ at: [], message: `「${shape.zh}」没有写怎么比`, suggestion: `例如 { ${EXAMPLE[shape.type]} }` })
  }
  for (const [operator, operand] of entries) {
    if (!isOperator(operator) || !OPERATORS[shape.type].includes(operator)) {
      faults.push(unfit(shape, operator))
    } else if (operator === 'known') {
      if (typeof operand === 'boolean') test[operator] = operand
      else faults.push({ at: [operator], message: 'known 只能是 true（有值）或 false（没有值）' })
    } else if (LIST_OPERATORS.includes(operator)) {
      if (!Array.isArray(operand) || operand.length === 0 || operand.length > MAX_LIST) {
        faults.push({
          at: [operator],
          message: `${operator} 后面要写一个列表，1 到 ${MAX_LIST} 个值`,
          ...(Array.isArray(operand) ? {} : { suggestion: `写成 ${operator}: [${String(operand)}]` }),
        })
        continue
      }
      test[operator] = operand.map((item, index) => value([operator, index], item))
    } else {
      test[operator] = value([operator], operand)
    }
  }
  // Keys were checked against the operators and values against the fact's type above.
  return done(test as FactTest)
}

const isOperator = (word: string): word is Operator =>
  (COMPARE as readonly string[]).includes(word) || OPERATORS.set.includes(word as Operator)

const EXAMPLE: Record<FactType, string> = {
  number: 'gte: 1',
  money: 'gte: 500元',
  text: 'in: [包裹卡, 门店物料]',
  flag: 'eq: true',
  set: 'any: [生命周期/新客]',
}

/** What people write for an operator and no edit distance finds. */
const SIGNS: Record<string, Operator> = {
  get: 'gte',
  ge: 'gte',
  min: 'gte',
  let: 'lte',
  le: 'lte',
  max: 'lte',
  '≥': 'gte',
  '≤': 'lte',
  至少: 'gte',
  大于等于: 'gte',
  最多: 'lte',
  小于等于: 'lte',
  大于: 'gt',
  超过: 'gt',
  小于: 'lt',
  少于: 'lt',
  等于: 'eq',
  不等于: 'ne',
  '=': 'eq',
  '==': 'eq',
  '!=': 'ne',
  '>': 'gt',
  '>=': 'gte',
  '<': 'lt',
  '<=': 'lte',
}

function unfit(shape: FactShape, operator: string): ConditionFault {
  const fitting = OPERATORS[shape.type]
  const meant = SIGNS[operator] ?? didYouMean(operator, fitting)
  return {
    at: [operator],
    key: true,
    message: isOperator(operator) ? `「${shape.zh}」不能用 ${operator}` : `没有「${operator}」这种比法`,
    suggestion:
      meant !== undefined && fitting.includes(meant as Operator) && meant !== operator
        ? `是不是想写 ${meant}`
        : `可以用 ${fitting.join('、')}`,
  }
}
