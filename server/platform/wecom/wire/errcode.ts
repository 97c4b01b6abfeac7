import type { Json } from './http.ts'

/** What WeCom says of the call: 0 is a yes, also by its absence (media). Undefined when it cannot be read. */
export function readErrcode({ errcode }: Json): number | undefined {
  if (errcode === undefined) return 0
  const number = typeof errcode === 'string' && errcode.trim() !== '' ? Number(errcode) : errcode
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined
}
