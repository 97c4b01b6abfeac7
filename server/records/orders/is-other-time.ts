import { MINUTE_MS, SECOND_MS, startOfShanghaiDay } from '../../core/kernel/shanghai.ts'

/** Whether `toldMs` is another instant than `knownMs`, UTC milliseconds: what a file has cut to the second, the minute or
 *  the day says nothing else, as far as it goes. */
export const isOtherTime = (knownMs: number, toldMs: number): boolean =>
  ![knownMs, knownMs - (knownMs % SECOND_MS), knownMs - (knownMs % MINUTE_MS), startOfShanghaiDay(knownMs)].includes(
    toldMs,
  )
