import type { Rewind } from '../engine/inbox/rewind.ts'
import { CAPABILITIES } from './capabilities.ts'

/** How one copy goes back in time and forward again, whoever's tables know it. */
export const createRewinds = (): Rewind[] =>
  CAPABILITIES.flatMap(({ rewind }) => (typeof rewind === 'function' ? [rewind()] : []))
