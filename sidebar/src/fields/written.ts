import type { FieldsChange, FieldValue, RefusedField } from '../../../server/sidebar-api/contract.ts'

export type Value = FieldValue | null

/** By field: what the guide wrote, and what stood there then. `why`: what was said when it was refused as it stands. */
export type Written = Readonly<Record<string, { value: Value; saw: Value; why?: string }>>

/** Also of digits as Chinese keyboards write them; undefined: it is none. */
export function wholeNumber(text: string): number | undefined {
  const digits = text.normalize('NFKC').trim()
  return /^-?\d{1,15}$/.test(digits) ? Number(digits) : undefined
}

export const isSame = (a: Value, b: Value): boolean => JSON.stringify(a) === JSON.stringify(b)

/** What is still to be saved once `sent` was answered: what was refused, what was written since, and what was not sent. */
export function afterSaving(
  written: Written,
  sent: FieldsChange['changes'],
  refused: readonly RefusedField[],
): Written {
  const left: Record<string, Written[string]> = { ...written }
  for (const { field, value } of sent) {
    const mine = left[field]
    if (mine === undefined) continue
    const no = refused.find((one) => one.field === field)
    const isAsSent = isSame(mine.value, value)
    if (no !== undefined) left[field] = { value: mine.value, saw: no.saw, ...(isAsSent ? { why: no.zh } : {}) }
    else if (isAsSent) delete left[field]
    else left[field] = { value: mine.value, saw: value }
  }
  return left
}
