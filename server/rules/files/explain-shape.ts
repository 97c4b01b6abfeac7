import { didYouMean } from '../condition/did-you-mean.ts'
import type { JsonSchema } from './json-schema.ts'
import { narrowSlip } from './narrow-slip.ts'
import type { ReadablePart } from './readable-part.ts'
import { standInFor } from './stand-in.ts'

/** `at`: keys and indices from the document's root; `key`: it is about the name there, not its value. */
export interface ShapeFault {
  at: (string | number)[]
  key?: boolean
  message: string
  suggestion?: string
}

/** Of one document; more would tell nobody more, and each costs a search for its place. */
export const MAX_FAULTS = 50

/** Says in Chinese why a value does not fit a schema, at the deepest place where that is clear: of a choice the
 *  alternative that was most probably meant is taken, and its own faults are given. Empty when it fits. */
export const explainShape = (root: JsonSchema, value: unknown): ShapeFault[] => readShape(root, value).faults

/** The same, and what is left of the value when all that has the wrong shape is taken away; undefined when nothing is, or
 *  when there were too many faults to look at the whole. */
export function readShape(
  root: JsonSchema,
  value: unknown,
): { faults: ShapeFault[]; readable: ReadablePart | undefined } {
  const context: Visit = { root, faults: [], leftOut: [], renamed: [], strays: [] }
  const read = visit(context, root, value, [])
  const { faults, leftOut, renamed, strays } = context
  const readable = read === GONE || isEnough(context) ? undefined : { value: read, leftOut, renamed, strays }
  return { faults, readable }
}

interface Visit extends Pick<ReadablePart, 'leftOut' | 'renamed' | 'strays'> {
  root: JsonSchema
  faults: ShapeFault[]
}

/** Of a value: as a whole it cannot be read. */
const GONE = Symbol('gone')

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function resolved(root: JsonSchema, schema: JsonSchema): JsonSchema {
  if (schema.$ref === undefined) return schema
  const target = root.$defs?.[schema.$ref.replace('#/$defs/', '')]
  return target === undefined ? {} : resolved(root, target)
}

const isEnough = ({ faults }: Visit): boolean => faults.length >= MAX_FAULTS

/** Gives what can be read of it. */
function visit(context: Visit, written: JsonSchema, value: unknown, at: ShapeFault['at']): unknown {
  const schema = resolved(context.root, written)
  if (schema.anyOf !== undefined) return visitChoice(context, schema, value, at)
  if (schema.const !== undefined) {
    if (value === schema.const) return value
    add(context, at, `这里只能是 ${String(schema.const)}，不能是 ${show(value)}`)
    return GONE
  }
  if (schema.type !== undefined && typeOf(schema.type, value) === false) {
    wrongType(context, schema, value, at)
    return GONE
  }
  if (isMap(value)) return visitMap(context, schema, value, at)
  if (Array.isArray(value)) return visitList(context, schema, value, at)
  const before = context.faults.length
  if (typeof value === 'string') visitText(context, schema, value, at)
  else if (typeof value === 'number') visitNumber(context, schema, value, at)
  return context.faults.length === before ? value : GONE
}

/** What stands in for a part that must be there and cannot be read. */
function leaveOut({ root, leftOut }: Visit, schema: JsonSchema, at: ShapeFault['at'], key = at.at(-1)): unknown {
  leftOut.push(at)
  return standInFor(root, schema, key)
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
  } else if ((schema.type === 'integer' || schema.type === 'number') && typeof value === 'string') {
    const slip = narrowSlip(value)
    if (/^"?\d+"?$/.test(value)) suggestion = `去掉引号：${value}`
    else if (slip !== undefined && /^-?\d+(?:\.\d+)?$/.test(slip.text)) suggestion = slip.says
  }
  add(context, at, `${label}要写${wanted}，不能是 ${show(value)}`, suggestion)
}

function visitMap(context: Visit, schema: JsonSchema, value: Record<string, unknown>, at: ShapeFault['at']): unknown {
  const known = schema.properties ?? {}
  const free = Object.values(schema.patternProperties ?? {})[0]
  const meant = new Set<string>()
  const read: Record<string, unknown> = {}
  function take(key: string, property: JsonSchema, inner: unknown, here: ShapeFault['at']): void {
    const part = visit(context, property, inner, here)
    if (part !== GONE) read[key] = part
    else if (schema.required?.includes(key) === true) read[key] = leaveOut(context, property, here, key)
    else context.leftOut.push(here)
  }
  for (const [key, inner] of Object.entries(value)) {
    if (isEnough(context)) return GONE
    const property = Object.hasOwn(known, key) ? known[key] : free
    if (property !== undefined) take(key, property, inner, [...at, key])
    else if (schema.additionalProperties === false) {
      const names = Object.keys(known).filter((name) => !Object.hasOwn(value, name) && !meant.has(name))
      const guess = didYouMean(key, names)
      const options = `可以写 ${(names.length > 0 ? names : Object.keys(known)).join('、')}`
      add(context, [...at, key], `不认识「${key}」`, guess === undefined ? options : `是不是想写 ${guess}`, true)
      if (guess === undefined) continue
      meant.add(guess)
      context.renamed.push({ at, written: key, meant: guess })
      take(guess, known[guess] ?? {}, inner, [...at, key])
    } else read[key] = inner
  }
  for (const key of schema.required ?? []) {
    if (Object.hasOwn(value, key) || meant.has(key)) continue
    const description = known[key]?.description
    add(context, at, `缺少「${key}」`, description === undefined ? undefined : `${key}：${description}`)
    read[key] = leaveOut(context, known[key] ?? {}, [...at, key])
  }
  if (Object.keys(value).length < (schema.minProperties ?? 0)) {
    add(context, at, '至少要写一项', `可以写 ${Object.keys(known).join('、')}`)
    return GONE
  }
  return read
}

function visitList(context: Visit, schema: JsonSchema, value: unknown[], at: ShapeFault['at']): unknown {
  const least = schema.minItems ?? 0
  const most = schema.maxItems ?? Number.POSITIVE_INFINITY
  if (value.length < least) add(context, at, `${labelOf(at)}至少要有 ${least} 项`, schema.description)
  if (value.length === 0 && least > 0) context.leftOut.push(at)
  if (value.length > most) add(context, at, `${labelOf(at)}有 ${value.length} 项，最多 ${most} 项`)
  const seen = new Set<unknown>()
  const read: unknown[] = []
  for (const [index, item] of value.entries()) {
    if (isEnough(context)) return GONE
    const { items = {} } = schema
    const part = visit(context, items, item, [...at, index])
    read.push(part === GONE ? leaveOut(context, items, [...at, index]) : part)
    if (schema.uniqueItems === true && seen.has(item)) add(context, [...at, index], `${show(item)} 写了两次`)
    seen.add(item)
  }
  return read
}

function visitText(context: Visit, schema: JsonSchema, value: string, at: ShapeFault['at']): void {
  const length = Array.from(value).length
  if (length < (schema.minLength ?? 0)) add(context, at, `${labelOf(at)}不能是空的`, schema.description)
  else if (length > (schema.maxLength ?? Number.POSITIVE_INFINITY)) {
    add(context, at, `${labelOf(at)}有 ${length} 个字，最多 ${schema.maxLength} 个`)
  } else if (schema.pattern !== undefined && !new RegExp(schema.pattern, 'u').test(value)) {
    const isRight = (text: string | undefined): boolean =>
      text !== undefined && new RegExp(schema.pattern ?? '', 'u').test(text)
    const small = value.toLowerCase()
    const slip = narrowSlip(value)
    const meant = isRight(slip?.text) ? slip?.says : isRight(small) ? `写成 ${small}` : schema.description
    add(context, at, `${labelOf(at)}不能写成 ${show(value)}`, meant)
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

function visitChoice(context: Visit, schema: JsonSchema, value: unknown, at: ShapeFault['at']): unknown {
  const alternatives = alternativesOf(context.root, schema)
  const words = alternatives.flatMap((one) => (one.const === undefined ? [] : [String(one.const)]))
  const maps = alternatives.filter((one) => one.properties !== undefined)
  if (isMap(value) && maps.length > 0) return visitMaps(context, maps, value, at)

  const plain = alternatives.find((one) => one.const === undefined && one.type !== undefined && typeOf(one.type, value))
  if (plain !== undefined) return visit(context, plain, value, at)
  if (alternatives.some((one) => one.const === value)) return value
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
  return GONE
}

function visitMaps(context: Visit, maps: JsonSchema[], value: Record<string, unknown>, at: ShapeFault['at']): unknown {
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
      return GONE
    }
    add(context, [...at, strange], `不认识「${strange}」`, meant === undefined ? options : `是不是想写 ${meant}`, true)
    return meant === undefined ? GONE : visitMeant(context, maps, { at, written: strange, meant }, value[strange])
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
    context.strays.push({ at, part: { [key]: value[key] } })
    const head = maps.find(({ required }) => required?.includes(key))?.properties?.[key]
    if (head !== undefined && visit(context, head, value[key], [...at, key]) === GONE)
      context.leftOut.push([...at, key])
  }
  return visitMap(context, best, Object.fromEntries(Object.entries(value).filter(([key]) => !foreign.has(key))), at)
}

/** One of the maps, told by its head alone, which was misspelt. */
function visitMeant(
  context: Visit,
  maps: readonly JsonSchema[],
  renamed: ReadablePart['renamed'][number],
  inner: unknown,
): unknown {
  const { at, written, meant } = renamed
  const map = maps.find(
    ({ required, properties = {} }) => required?.includes(meant) && Object.hasOwn(properties, meant),
  )
  const head = map?.properties?.[meant]
  if (map === undefined || head === undefined) return GONE
  context.renamed.push(renamed)
  const part = visit(context, head, inner, [...at, written])
  const rest = (map.required ?? []).filter((key) => key !== meant)
  return Object.fromEntries([
    [meant, part === GONE ? leaveOut(context, head, [...at, written], meant) : part],
    ...rest.map((key) => [key, leaveOut(context, map.properties?.[key] ?? {}, [...at, key])]),
  ])
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
