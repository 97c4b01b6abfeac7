import { createHmac } from 'node:crypto'
import { plainText } from '../../core/kernel/plain-text.ts'

/** Turns a phone number into the only form we keep: a keyed hash. Undefined for what is no phone number. */
export type PhoneHash = (phone: string) => string | undefined

/** Mainland mobiles are compared without country code, separators and invisible characters; other numbers digit by digit.
 *  Undefined for what is none: masked (`138****1111`), two at once, `1.38E10`, an amount, a day, or a shop's virtual number with
 *  extension. */
export function phoneDigits(phone: string): string | undefined {
  const written = plainText(phone)
  // A cell of the column beside it.
  if (/^(?:19|20)\d{2}[-./年]\d{1,2}[-./月]\d{1,2}/.test(written)) return undefined
  if (/^\d+\.\d{2}$/.test(written) && !/^1\d{10}\./.test(written)) return undefined
  const digits = written
    // A column of numbers: 13800001111.0
    .replace(/(?<=^1\d{10})\.0+$/, '')
    .replace(/[\s\p{Pd}().·]/gu, '')
    .replace(/^(?:\+|00)?86(?=1\d{10}$)/, '')
  // Eleven digits or none: a digit too many or too few is a slip, and nobody's number.
  if (/^1[3-9]/.test(digits) && digits.length >= 10 && digits.length !== 11) return undefined
  return /^(?:\d{7,12}|\+\d{7,15}|00[1-9]\d{6,14})$/.test(digits) ? digits : undefined
}

/** `secret`: changing it makes earlier orders and customers no longer match by phone. */
export function createPhoneHash(secret: string): PhoneHash {
  const hashKey = createHmac('sha256', secret).update('huoshui phone hash').digest()
  return (phone) => {
    const digits = phoneDigits(phone)
    return digits === undefined ? undefined : createHmac('sha256', hashKey).update(digits).digest('base64url')
  }
}
