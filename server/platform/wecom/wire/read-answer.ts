import type { TSchema } from 'typebox'
import { Value } from 'typebox/value'
import { type LeftOutRow, noteLeftOut, rowId } from './left-out.ts'

/** The parts of a schema that reading looks at. */
interface Shape {
  type?: string
  const?: string | number | boolean
  properties?: Record<string, TSchema>
  required?: string[]
  items?: TSchema
  anyOf?: TSchema[]
  allOf?: TSchema[]
}

interface Reading {
  value: unknown
  leftOut: LeftOutRow[]
}

const asRead = (value: unknown): Reading => ({ value, leftOut: [] })
const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Reads an answer whose words differ from its schema and whose meaning is plain: null is absent, and so is an empty text
 *  where none may be; numbers come as text, text as numbers, yes and no as 1 and 0. A row that cannot be used is left out
 *  of its list, which then is no longer whole (left-out.ts). Whether the rest fits is for the caller to check. */
export const readLoosely = (schema: TSchema, value: unknown): Reading => read(schema, value, '')

function read(schema: TSchema, value: unknown, at: string): Reading {
  const shape: Shape = schema
  if (shape.anyOf !== undefined) return readBranch(shape.anyOf, value, at)
  if (shape.allOf !== undefined) return readAll(shape.allOf, value, at)
  if (shape.type === 'object' && isRecord(value)) return readObject(shape, value, at)
  if (shape.type === 'array' && shape.items !== undefined && Array.isArray(value)) {
    return readList(shape.items, value, at)
  }
  return asRead(readPlain(shape, value))
}

function readBranch(branches: readonly TSchema[], value: unknown, at: string): Reading {
  for (const branch of branches) {
    const reading = read(branch, value, at)
    if (Value.Check(branch, reading.value)) return reading
  }
  return asRead(value)
}

function readAll(parts: readonly TSchema[], value: unknown, at: string): Reading {
  let reading = asRead(value)
  for (const part of parts) {
    const next = read(part, reading.value, at)
    reading = { value: next.value, leftOut: [...reading.leftOut, ...next.leftOut] }
  }
  return reading
}

function readObject({ properties = {}, required = [] }: Shape, value: Record<string, unknown>, at: string): Reading {
  const object = { ...value }
  const leftOut: LeftOutRow[] = []
  for (const [name, schema] of Object.entries(properties)) {
    if (!(name in object)) continue
    const reading = read(schema, object[name], at === '' ? name : `${at}.${name}`)
    const isAbsent =
      object[name] === null || (object[name] === '' && !required.includes(name) && !Value.Check(schema, reading.value))
    if (isAbsent) delete object[name]
    else object[name] = reading.value
    leftOut.push(...reading.leftOut)
  }
  noteLeftOut(object, leftOut)
  return { value: object, leftOut }
}

function readList(items: TSchema, list: readonly unknown[], at: string): Reading {
  const kept: unknown[] = []
  const leftOut: LeftOutRow[] = []
  for (const row of list) {
    const reading = read(items, row, `${at}[]`)
    if (Value.Check(items, reading.value)) {
      kept.push(reading.value)
      leftOut.push(...reading.leftOut)
    } else {
      leftOut.push({ field: faultIn(items, reading.value, `${at}[]`), id: rowId(row) })
    }
  }
  noteLeftOut(kept, leftOut)
  return { value: kept, leftOut }
}

function readPlain({ type, const: only }: Shape, value: unknown): unknown {
  if (only !== undefined) return String(only) === String(value) ? only : value
  switch (type) {
    case 'string':
      return Number.isSafeInteger(value) ? String(value) : value
    case 'integer':
      return typeof value === 'string' && /^-?\d{1,15}$/.test(value.trim()) ? Number(value) : value
    case 'number':
      return typeof value === 'string' && /^-?\d{1,15}(\.\d+)?$/.test(value.trim()) ? Number(value) : value
    case 'boolean':
      if (value === 1 || value === 'true') return true
      return value === 0 || value === 'false' ? false : value
    default:
      return value
  }
}

interface Fault {
  instancePath: string
  params: object
}

/** In a union every branch complains; what lies deepest is in the branch that was meant. */
export function deepest<F extends { instancePath: string }>(faults: readonly F[]): F | undefined {
  const depth = (one: F): number => one.instancePath.split('/').length
  return [...faults].sort((one, other) => depth(other) - depth(one))[0]
}

/** `/userlist/3/userid` is `userlist[].userid`: which of them does not matter. What is missing is named itself. */
export function fieldOf({ instancePath, params }: Fault): string {
  const missing = 'requiredProperties' in params ? [params.requiredProperties].flat().slice(0, 1) : []
  const parts = [...instancePath.split('/').slice(1), ...missing.map(String)]
  const field = parts.map((part) => (/^\d+$/.test(part) ? '[]' : `.${part}`)).join('')
  return field.replace(/^\./, '')
}

function faultIn(schema: TSchema, row: unknown, at: string): string {
  const fault = deepest(Value.Errors(schema, row))
  const field = fault === undefined ? '' : fieldOf(fault)
  return field === '' ? at : `${at}.${field}`
}
