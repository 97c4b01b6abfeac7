import type { Tx } from '../../core/db/tx.ts'
import { staffQueries } from '../../records/staff/staff-queries.ts'
import { didYouMean } from '../../rules/condition/did-you-mean.ts'
import { cliFault } from '../frame/cli-fault.ts'

/** The userid of the member of this userid (also a former one) or name. Throws `no` with whoever may be meant. */
export async function findGuide(tx: Tx, written: string): Promise<string> {
  const wanted = written.trim()
  const staff = await staffQueries.all(tx)
  const current = await staffQueries.currentIdOf(tx, wanted)
  if (staff.some(({ userId }) => userId === current)) return current
  const same = staff.filter(({ name }) => name === wanted)
  if (same.length === 1) return same[0]?.userId ?? wanted
  if (same.length > 1) {
    const ids = same.map(({ userId, state }) => `${userId}${state === 'left' ? '（已离职）' : ''}`)
    throw cliFault('no', `叫「${wanted}」的成员有 ${same.length} 位，请写账号：${ids.join('、')}。`)
  }
  const texts = staff.flatMap(({ userId, name }) => (name === undefined ? [userId] : [userId, name]))
  const meant = didYouMean(wanted, texts)
  const member = staff.find(({ userId, name }) => userId === meant || name === meant)
  const hint = member === undefined ? '核对姓名或账号（userid）。' : `是不是 ${member.name ?? ''}（${member.userId}）？`
  throw cliFault('no', `没有姓名或账号是「${wanted}」的成员，${hint}`)
}
