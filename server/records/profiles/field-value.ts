import { maskPhones } from '../../core/kernel/mask-phones.ts'
import { DAY_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'
import { oneLine } from '../../core/kernel/shown-name.ts'
import { type ProfileField, VALUE_CHARS } from '../../rules/schema/profile-rules.ts'

/** As it is told and shown: words, a whole number, a day `2026-05-20`, or some of the options in their order. */
export type FieldValue = string | number | string[]

export interface StoredValue {
  body: string
  num: number | null
}

const OFFSET_MS = 8 * 3_600_000

/** Days since 1970-01-01 of a day; undefined for what is none. */
function dayNumber(day: string): number | undefined {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(day)) return undefined
  const ms = Date.parse(`${day}T00:00:00Z`)
  return Number.isNaN(ms) || !new Date(ms).toISOString().startsWith(day) ? undefined : ms / DAY_MS
}

/** The same of the Shanghai day of an instant. */
export const dayNumberOf = (instantMs: number): number => (startOfShanghaiDay(instantMs) + OFFSET_MS) / DAY_MS

/** What was told, as it is kept; undefined where the field cannot have it. Phones in words are masked. */
export function readFieldValue(field: ProfileField, told: unknown): StoredValue[] | undefined {
  const { type, options = [], min, max } = field
  switch (type) {
    case 'text': {
      const text = typeof told === 'string' ? clean(told) : ''
      return text === '' || [...text].length > VALUE_CHARS ? undefined : [{ body: text, num: null }]
    }
    case 'number': {
      const isGood =
        typeof told === 'number' && Number.isSafeInteger(told) && !(told < (min ?? told)) && !(told > (max ?? told))
      return isGood ? [{ body: String(told), num: told }] : undefined
    }
    case 'date': {
      const num = typeof told === 'string' ? dayNumber(told) : undefined
      return num === undefined ? undefined : [{ body: String(told), num }]
    }
    case 'choice':
      return typeof told === 'string' && options.includes(told) ? [{ body: told, num: null }] : undefined
    case 'choices': {
      if (!Array.isArray(told) || told.length === 0 || !told.every((one) => options.includes(one))) return undefined
      return options.filter((one) => told.includes(one)).map((body) => ({ body, num: null }))
    }
  }
}

const clean = (text: string): string => maskPhones(oneLine(text))

/** The other way round. */
export function fieldValueOf(
  { type }: Pick<ProfileField, 'type'>,
  stored: readonly StoredValue[],
): FieldValue | undefined {
  const [first] = stored
  if (first === undefined) return undefined
  if (type === 'choices') return stored.map(({ body }) => body)
  return type === 'number' ? (first.num ?? undefined) : first.body
}

/** For people: `4 口`, `烤箱、平底锅`. */
export const fieldValueText = ({ unit }: Pick<ProfileField, 'unit'>, stored: readonly StoredValue[]): string =>
  `${stored.map(({ body }) => body).join('、')}${unit === undefined ? '' : ` ${unit}`}`
