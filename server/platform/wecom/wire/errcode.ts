import type { Json } from './http.ts'

/** What WeCom says of the call: 0 is a yes, and so is a file. Undefined when it is not said or cannot be read: some
 *  gateway in between may have answered, and nobody knows what WeCom did. */
export function readErrcode({ errcode, bytes }: Json): number | undefined {
  if (errcode === undefined) return Buffer.isBuffer(bytes) ? 0 : undefined
  const number = typeof errcode === 'string' && errcode.trim() !== '' ? Number(errcode) : errcode
  return typeof number === 'number' && Number.isInteger(number) ? number : undefined
}
