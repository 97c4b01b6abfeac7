import { createHmac } from 'node:crypto'

/** Turns a phone number into the only form we keep: a keyed hash. Undefined for what is no phone number. */
export type PhoneHash = (phone: string) => string | undefined

/** Mainland mobiles are compared without country code and separators; other numbers digit by digit. */
export function phoneDigits(phone: string): string | undefined {
  const digits = phone
    .normalize('NFKC')
    .replace(/[\s\-().]/g, '')
    .replace(/^(?:\+|00)?86(?=1\d{10}$)/, '')
  return /^\+?\d{5,20}$/.test(digits) ? digits : undefined
}

/** `secret`: changing it makes earlier orders and customers no longer match by phone. */
export function createPhoneHash(secret: string): PhoneHash {
  const hashKey = createHmac('sha256', secret).update('huoshui phone hash').digest()
  return (phone) => {
    const digits = phoneDigits(phone)
    return digits === undefined ? undefined : createHmac('sha256', hashKey).update(digits).digest('base64url')
  }
}
