import type { Static, TSchema } from 'typebox'
import Value from 'typebox/value'
import { AppError } from '../../core/kernel/app-error.ts'
import { isOf } from '../../core/kernel/checked-by.ts'

/** What another program sent, if it is as the schema says. Throws `<what>.invalid` (400) naming fields, never their
 *  values; `zh`: the kind of thing that was sent. */
export function checkedBody<Schema extends TSchema>(
  schema: Schema,
  value: unknown,
  about: { what: string; zh: string },
): Static<Schema> {
  if (isOf(schema, value)) return value
  const faults = Value.Errors(schema, value).map((fault) => `${fault.instancePath || '/'} ${fault.message}`)
  throw invalidBody([...new Set(faults)].slice(0, 10), about)
}

export const invalidBody = (faults: string[], { what, zh }: { what: string; zh: string }): AppError =>
  new AppError(`${what}.invalid`, `${what} not accepted: ${faults.join('; ')}`, {
    status: 400,
    zh: `${zh}内容不符合要求，请按 message 里列出的字段修改后重发。`,
  })

/** Between 2000 and 2100; beyond is a mistaken unit. */
const isSane = (instantMs: number): boolean => instantMs > 946_684_800_000 && instantMs < 4_102_444_800_000
const ISO_WITH_OFFSET = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})$/

/** The 30th of February is read as the 2nd of March otherwise. */
function isIsoDay(written: string): boolean {
  if (!ISO_WITH_OFFSET.test(written)) return false
  const day = new Date(`${written.slice(0, 10)}T00:00:00Z`)
  return !Number.isNaN(day.getTime()) && day.toISOString().startsWith(written.slice(0, 10))
}

/** UTC milliseconds of what programs write: ISO 8601 with offset, or UTC milliseconds. Throws as `checkedBody` does. */
export function instantOf(
  written: string | number,
  { field, ...about }: { field: string; what: string; zh: string },
): number {
  const instantMs = typeof written === 'number' ? written : isIsoDay(written) ? Date.parse(written) : Number.NaN
  if (isSane(instantMs)) return instantMs
  if (typeof written === 'number' && isSane(written * 1_000)) {
    throw invalidBody([`${field} looks like Unix seconds; send milliseconds, 1,000 times as much`], about)
  }
  throw invalidBody([`${field} must be ISO 8601 with offset (2026-11-22T10:00:00+08:00) or UTC milliseconds`], about)
}
