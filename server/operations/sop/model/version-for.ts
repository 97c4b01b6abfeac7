import { drawPoint } from '../../../core/kernel/draw.ts'
import type { Sop } from '../../../rules/book/rule-book.ts'

/** The version of a journey that this customer gets on entering: while a canary runs, a stable share of people gets it;
 *  who got it at 10 % still gets it at 50 %. Undefined: this customer does not enter for the time being. */
export function versionFor(sop: Sop, externalUserId: string): Sop | undefined {
  if (sop.canary === undefined) return sop
  const { sop: onTrial, percent, isOnly } = sop.canary
  if (drawPoint(`canary:${sop.name}:${onTrial.version}`, externalUserId) * 100 < percent) return onTrial
  return isOnly ? undefined : sop
}
