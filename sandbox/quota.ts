import { refuse } from './refusal.ts'

/** So many calls (or other units) in a fixed stretch of time, then 45009 until it has passed: limits of one endpoint beyond the general
 *  ones. Docs 90454. */
export function createQuota(most: number, lengthMs: number) {
  let startMs = Number.NEGATIVE_INFINITY
  let count = 0
  return {
    spend: (nowMs: number, units = 1): void => {
      if (nowMs - startMs >= lengthMs) {
        startMs = nowMs
        count = 0
      }
      count += units
      if (count > most) refuse(45009, 'reach max api quota limit of this endpoint')
    },
  }
}
