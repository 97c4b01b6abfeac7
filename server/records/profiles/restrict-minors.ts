import type { Tx } from '../../core/db/tx.ts'
import { shanghaiParts } from '../../core/kernel/shanghai.ts'
import type { Consents } from '../privacy/consents.ts'
import type { Birthday } from './birthday.ts'

/** 个人信息保护法第三十一条：不满十四周岁未成年人。 */
const OF_AGE = 14

/** Younger than fourteen on the Shanghai day of this instant; false where the year is not known. */
export function isMinor({ year, month, day }: Birthday, nowMs: number): boolean {
  if (year === undefined) return false
  const now = shanghaiParts(nowMs)
  const hadBirthday = now.month > month || (now.month === month && now.day >= day)
  return now.year - year - (hadBirthday ? 0 : 1) < OF_AGE
}

/** A child is not written to and not judged by rules until somebody who may says otherwise: whose restriction was lifted before
 *  is not restricted again. True when they are restricted by this. Safe to repeat. */
export async function restrictMinor(
  tx: Tx,
  externalUserId: string,
  consents: Pick<Consents, 'record' | 'ofCustomer'>,
): Promise<boolean> {
  const said = await consents.ofCustomer(tx, externalUserId)
  if (said.some(({ source }) => source === 'age')) return false
  let isNew = false
  for (const kind of ['marketing', 'profiling'] as const) {
    const one = { externalUserId, kind, state: 'refused', source: 'age', note: '不满十四周岁' } as const
    isNew = (await consents.record(tx, one)) || isNew
  }
  return isNew
}
