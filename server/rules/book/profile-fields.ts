import type { AskedField, FieldFactType } from '../condition/profile-path.ts'
import type { ProfileField } from '../schema/profile-rules.ts'

const ASKED_AS: Record<ProfileField['type'], FieldFactType> = {
  text: 'text',
  choice: 'text',
  choices: 'set',
  number: 'number',
  date: 'number',
}

/** As conditions may ask for it; a date is asked for by the days since it. */
export const askedField = ({ field, name, type, options, fact }: ProfileField): AskedField => ({
  field,
  zh: `${name ?? field}${type === 'date' ? '（距今天数）' : ''}`,
  type: ASKED_AS[type],
  options,
  isFact: fact === true,
})

/** Those that a file declares, whatever else is wrong with it. */
export function fieldsIn(value: unknown): AskedField[] {
  const fields = typeof value === 'object' && value !== null ? (value as { fields?: unknown }).fields : undefined
  if (!Array.isArray(fields)) return []
  return fields.filter(isField).map(askedField)
}

const isField = (one: unknown): one is ProfileField => {
  if (typeof one !== 'object' || one === null) return false
  const { field, type, name, options } = one as Record<string, unknown>
  const isText = (text: unknown): boolean => text === undefined || typeof text === 'string'
  const isChoice =
    options === undefined || (Array.isArray(options) && options.every((text) => typeof text === 'string'))
  return (
    typeof field === 'string' && typeof type === 'string' && Object.hasOwn(ASKED_AS, type) && isText(name) && isChoice
  )
}
