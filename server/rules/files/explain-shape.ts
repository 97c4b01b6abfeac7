import { didYouMean } from '../condition/did-you-mean.ts'
import type { JsonSchema } from './json-schema.ts'

/** `at`: keys and indices from the document's root; `key`: it is about the name there, not its value. */
export interface ShapeFault {
  at: (string | number)[]
  key?: boolean
  message: string
  suggestion?: string
}

/** Of one document; more would tell nobody more, and each costs a search for its place. */
const MAX_FAULTS = 50

/** Says in Chinese why a value does not fit a schema, at the deepest place where that is clear: of a choice the
 *  alternative that was most probably meant is taken, and its own faults are given. Empty when it fits. */
export function explainShape(root: JsonSchema, value: unknown): ShapeFault[] {
  const faults: ShapeFault[] = []
  visit({ root, faults }, root, value, [])
  return faults
}

interface Visit {
  root: JsonSchema
  faults: ShapeFault[]
}

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function resolved(root: JsonSchema, schema: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema
  const target = root.$defs?.[schema.$ref.replace('#/$defs/', '')]
  return target === undefined ? {} : resolved(root, target)
}

const isEnough = ({ faults }: Visit): boolean => faults.length >= MAX_FAULTS

function visit(context: Visit, written: JsonSchema, value: unknown, at: ShapeFault['at']): void {
  const schema = resolved(context.root, written)
  if (schema.anyOf !== undefined) {
    visitChoice(context, schema, value, at)
    return
  }
  if (schema.const !== undefined) {
    if (value !== schema.const) add(context, at, `这里只能是 ${String(schema.const)}，不能是 ${show(value)}`)
    return
  }
  if (schema.type !== undefined && typeOf(schema.type, value) === false) {
    wrongType(context, schema, value, at)
    return
  }
  if (isMap(value)) visitMap(context, schema, value, at)
  else if (Array.isArray(value)) visitList(context, schema, value, at)
  else if (typeof value === 'string') visitText(context, schema, value, at)
  else if (typeof value === 'number') visitNumber(context, schema, value, at)
}

function add({ faults }: Visit, at: ShapeFault['at'], message: string, suggestion?: string, key = false): void {
  faults.push({
    at,
    message: message.replaceAll(' 「', '「'),
    ...(suggestion === undefined ? {} : { suggestion }),
    ...(key ? { key } : {}),
  })
}

const TYPES: Record<string, string> = {
  object: '几项「名字: 值」',
  array: '一个列表',
  string: '文字',
  number: '数字',
  integer: '整数',
  boolean: ' true 或 false',
}

function typeOf(type: string, value: unknown): boolean {
  switch (type) {
    case 'object':
      return isMap(value)
    case 'array':
      return Array.isArray(value)
    case 'integer':
      return Number.isInteger(value)
    default:
      return typeof value === type
  }
}

function wrongType(context: Visit, schema: JsonSchema, value: unknown, at: ShapeFault['at']): void {
  const label = at.length === 0 ? '规则' : labelOf(at)
  const wanted = TYPES[schema.type ?? ''] ?? '别的'
  if (value === null || value === undefined) {
    add(context, at, `${label}后面是空的，要写${wanted}`, schema.description)
    return
  }
  let suggestion = schema.description
  if (schema.type === 'string' && (typeof value === 'number' || typeof value === 'boolean')) {
    suggestion = `加上引号："${String(value)}"`
  } else if (schema.type === 'array' && typeof value === 'string') {
    suggestion = `写成列表：[${value}]`
  } else if (schema.type === 'array' && isMap(value)) {
    suggestion = `每一项前面加短横和空格：- ${Object.keys(value)[0] ?? ''}: …`
  } else if (schema.type === 'object' && typeof value === 'string' && value.includes('：')) {
    suggestion = '中文冒号「：」要换成英文冒号加一个空格'
  } else if ((schema.type === 'integer' || schema.type === 'number') && /^"?\d+"?$/.test(String(value))) {
    suggestion = `去掉引号：${String(value)}`
  }
  add(context, at, `${label}要写${wanted}，不能是 ${show(value)}`, suggestion)
}

function visitMap(context: Visit, schema: JsonSchema, value: Record<string, unknown>, at: ShapeFault['at']): void {
  const known = schema.properties ?? {}
  const meant = new Set<string>()
  for (const [key, inner] of Object.entries(value)) {
    if (isEnough(context)) return
    const property = Object.hasOwn(known, key) ? known[key] : undefined
    if (property !== undefined) visit(context, property, inner, [...at, key])
    else if (schema.additionalProperties === false) {
      const free = Object.keys(known).filter((name) => !Object.hasOwn(value, name))
      const guess = didYouMean(key, free)
      if (guess !== undefined) meant.add(guess)
      const options = `可以写 ${(free.length > 0 ? free : Object.keys(known)).join('、')}`
      add(context, [...at, key], `不认识「${key}」`, guess === undefined ? options : `是不是想写 ${guess}`, true)
    }
  }
  for (const key of schema.required ?? []) {
    if (Object.hasOwn(value, key) || meant.has(key)) continue
    const description = known[key]?.description
    add(context, at, `缺少「${key}」`, description === undefined ? undefined : `${key}：${description}`)
  }
  if (Object.keys(value).length < (schema.minProperties ?? 0)) {
    add(context, at, '至少要写一项', `可以写 ${Object.keys(known).join('、')}`)
  }
}

function visitList(context: Visit, schema: JsonSchema, value: unknown[], at: ShapeFault['at']): void {
  const least = schema.minItems ?? 0
  const most = schema.maxItems ?? Number.POSITIVE_INFINITY
  if (value.length < least) add(context, at, `${labelOf(at)}至少要有 ${least} 项`, schema.description)
  if (value.length > most) add(context, at, `${labelOf(at)}有 ${value.length} 项，最多 ${most} 项`)
  const seen = new Set<unknown>()
  for (const [index, item] of value.entries()) {
    if (isEnough(context)) return
    if (schema.items !== undefined) visit(context, schema.items, item, [...at, index])
    if (schema.uniqueItems === true && seen.has(item)) add(context, [...at, index], `${show(item)} 写了两次`)
    seen.add(item)
  }
}

function visitText(context: Visit, schema: JsonSchema, value: string, at: ShapeFault['at']): void {
  const length = Array.from(value).length
  if (length < (schema.minLength ?? 0)) add(context, at, `${labelOf(at)}不能是空的`, schema.description)
  else if (length > (schema.maxLength ?? Number.POSITIVE_INFINITY)) {
    add(context, at, `${labelOf(at)}有 ${length} 个字，最多 ${schema.maxLength} 个`)
  } else if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    const small = value.toLowerCase()
    const isCase = small !== value && new RegExp(schema.pattern, 'u').test(small)
    add(context, at, `${labelOf(at)}不能写成 ${show(value)}`, isCase ? `写成 ${small}` : schema.description)
  }
}

function visitNumber(context: Visit, schema: JsonSchema, value: number, at: ShapeFault['at']): void {
  const { minimum, maximum } = schema
  if (minimum !== undefined && value < minimum) add(context, at, `${labelOf(at)}最小是 ${minimum}，不能是 ${value}`)
  if (maximum !== undefined && value > maximum) add(context, at, `${labelOf(at)}最大是 ${maximum}，不能是 ${value}`)
}

/** Choices inside choices count as one. */
function alternativesOf(root: JsonSchema, schema: JsonSchema): JsonSchema[] {
  return (schema.anyOf ?? []).flatMap((one) => {
    const alternative = resolved(root, one)
    return alternative.anyOf === undefined ? [alternative] : alternativesOf(root, alternative)
  })
}

function visitChoice(context: Visit, schema: JsonSchema, value: unknown, at: ShapeFault['at']): void {
  const alternatives = alternativesOf(context.root, schema)
  const words = alternatives.flatMap((one) => (one.const === undefined ? [] : [String(one.const)]))
  const maps = alternatives.filter((one) => one.properties !== undefined)
  if (isMap(value) && maps.length > 0) {
    visitMaps(context, maps, value, at)
    return
  }

  const plain = alternatives.find((one) => one.const === undefined && one.type !== undefined && typeOf(one.type, value))
  if (plain !== undefined) {
    visit(context, plain, value, at)
    return
  }
  if (words.includes(String(value)) && alternatives.some((one) => one.const === value)) return
  const forms = [
    ...words,
    ...alternatives.flatMap((one) =>
      one.type === 'string' && one.const === undefined ? [one.description ?? '文字'] : [],
    ),
    ...maps.map(
      (one) => `{ ${(one.required ?? Object.keys(one.properties ?? {})).map((key) => `${key}: …`).join(', ')} }`,
    ),
  ]
  const called = alternatives.find((one) => one.title !== undefined && one.title === value)?.const
  const meant = typeof value !== 'string' ? undefined : (called ?? didYouMean(value, words))
  const empty = value === null || value === undefined
  add(
    context,
    at,
    empty ? `${labelOf(at)}后面是空的` : `${labelOf(at)}不能是 ${show(value)}`,
    meant === undefined ? `可以写 ${forms.join('、')}` : `是不是想写 ${meant}`,
  )
}

function visitMaps(context: Visit, maps: JsonSchema[], value: Record<string, unknown>, at: ShapeFault['at']): void {
  const keys = Object.keys(value)
  const score = (one: JsonSchema): number => keys.filter((key) => Object.hasOwn(one.properties ?? {}, key)).length
  const best = maps.reduce((a, b) => (score(b) > score(a) ? b : a))
  const heads = maps.flatMap((one) => one.required ?? [])
  const first = keys[0]
  if (score(best) === 0) {
    const [strange, meant] = keys.map((key) => [key, didYouMean(key, heads)]).find(([, found]) => found) ?? [first]
    const options = `可以写 ${[...new Set(heads)].join('、')}`
    if (strange === undefined) {
      add(context, at, '这里是空的', options)
      return
    }
    add(context, [...at, strange], `不认识「${strange}」`, meant === undefined ? options : `是不是想写 ${meant}`, true)
    return
  }
  const foreign = new Set(keys.filter((key) => !Object.hasOwn(best.properties ?? {}, key) && heads.includes(key)))
  for (const key of foreign) {
    add(
      context,
      [...at, key],
      `「${key}」不能和「${keys[0] === key ? keys[1] : keys[0]}」写在同一项里`,
      `另起一行，单独写成一项：- ${key}: …`,
      true,
    )
  }
  visitMap(context, best, Object.fromEntries(Object.entries(value).filter(([key]) => !foreign.has(key))), at)
}

function labelOf(at: ShapeFault['at']): string {
  const last = at.at(-1)
  if (typeof last === 'string') return `「${last}」`
  return last === undefined ? '规则' : `第 ${last + 1} 项`
}

function show(value: unknown): string {
  if (typeof value === 'string') return `「${value.length > 30 ? `${value.slice(0, 30)}…` : value}」`
  if (Array.isArray(value)) return '列表'
  return isMap(value) ? `{ ${Object.keys(value).slice(0, 3).join(', ')} }` : String(value)
}
