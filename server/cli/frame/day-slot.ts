import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { cliFault } from './cli-fault.ts'
import type { Slot } from './slot.ts'

/** A day as `2026-11-30`; gives when it begins in Shanghai, UTC milliseconds. */
export const daySlot = (called: string, says: string): Slot<number> => ({
  called,
  says: `${says}，如 2026-11-30`,
  isNeeded: true,
  isMany: false,
  read: ([written = ''], label) => {
    const text = written.trim()
    const ms = /^\d{4}-\d{2}-\d{2}$/.test(text) ? Date.parse(`${text}T00:00:00+08:00`) : Number.NaN
    // February 30th would quietly be March 2nd.
    if (Number.isFinite(ms) && new Date(ms + DAY_MS / 3).toISOString().startsWith(text)) return ms
    throw cliFault('wrong-use', `${label} 要写成日期，例如 2026-11-30，不是「${written}」。`)
  },
})
