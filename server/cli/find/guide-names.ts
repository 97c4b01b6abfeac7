import type { ReadTx } from '../../core/db/tx.ts'
import { staffQueries } from '../../records/staff/staff-queries.ts'

/** By userid. */
export type GuideNames = ReadonlyMap<string, string>

/** Everybody's whose name is known. */
export async function guideNames(tx: ReadTx): Promise<GuideNames> {
  const staff = await staffQueries.all(tx)
  return new Map(staff.flatMap(({ userId, name }) => (name === undefined ? [] : [[userId, name] as const])))
}

/** `林小雨（linxiaoyu）`; an unknown one by the userid alone. */
export function guideText(names: GuideNames, userId: string): string {
  const name = names.get(userId)
  return name === undefined ? userId : `${name}（${userId}）`
}
