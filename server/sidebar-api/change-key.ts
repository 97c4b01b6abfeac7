import { randomText } from '../core/kernel/random.ts'
import type { Guide } from './access.ts'

/** The same change sent twice has one key. */
export const keyOf = ({ person }: Guide, key = randomText(20)): string => `sidebar:${person.userId}:${key}`
