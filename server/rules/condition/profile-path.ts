import type { FactTest } from '../schema/condition.ts'
import type { FactShape, FactType } from './fact.ts'
import { narrowedPath } from './narrowed.ts'

/* `profile.<field>`: fields are the shop's own, so they are no facts of their own. Each is one of three facts, by what is asked
   of it, narrowed to the field. */

export const PROFILE = 'profile.'

/** A field as rules may ask for it. */
export interface AskedField {
  field: string
  zh: string
  type: Extract<FactType, 'number' | 'text' | 'set'>
  /** No others are ever there. */
  options?: readonly string[] | undefined
  /** May rules ask for it? */
  isFact: boolean
}

export type FieldFactType = AskedField['type']

/** Nobody can write it: no name of a field has this sign. */
export const fieldFactPath = (type: FieldFactType): string => `${PROFILE}#${type}`
export const fieldPath = (type: FieldFactType, field: string): string => narrowedPath(fieldFactPath(type), { field })

/** The three are asked for by fields only, and are offered to nobody. */
export const isOfFields = ({ path }: Pick<FactShape, 'path'>): boolean => path.startsWith(`${PROFILE}#`)

const ORDER = ['gt', 'gte', 'lt', 'lte'] as const

/** By what is asked: a set has its own tests, only numbers have an order, and what is equal to a number is one. */
export function typeAsked(test: FactTest): FieldFactType {
  if (test.any !== undefined || test.all !== undefined || test.none !== undefined) return 'set'
  const operands = [test.eq, test.ne, ...(test.in ?? []), ...(test.notIn ?? [])]
  const isNumber = ORDER.some((sign) => test[sign] !== undefined) || operands.some((one) => typeof one === 'number')
  return isNumber ? 'number' : 'text'
}

/** The same of what stands in a rule, before it is understood. */
export function typeWritten(written: unknown): FieldFactType {
  if (typeof written === 'number') return 'number'
  return typeof written === 'object' && written !== null ? typeAsked(written as FactTest) : 'text'
}
