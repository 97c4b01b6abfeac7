import { randomBytes } from 'node:crypto'

/** Lower-case letters and digits, without those that look alike; safe in a WeCom `state` (≤30 characters). */
const ALPHABET = 'abcdefghjkmnpqrstuvwxyz23456789'

export function randomText(length: number): string {
  return Array.from(randomBytes(length), (byte) => ALPHABET[byte % ALPHABET.length]).join('')
}
