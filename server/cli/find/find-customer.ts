import type { ReadTx } from '../../core/db/tx.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { customerQueries } from '../../records/customers/customer-queries.ts'
import { customerSearch, type FoundCustomer } from '../../records/customers/customer-search.ts'
import { staffQueries } from '../../records/staff/staff-queries.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { text } from '../frame/slot.ts'

/** How every command is told a customer. */
export const customerSlot = text('客户', '昵称、导购的备注，或者客户编号（external_userid）')

/** What people look through at once. */
export const MOST_NAMED = 10

/** The one customer of this id, nickname or remark. Throws `no` with whoever may be meant, told apart by guide and date.
 *  Reads all customers: give it a view, which keeps nobody from writing. */
export async function findCustomer(tx: ReadTx, written: string): Promise<{ externalUserId: string; name: string }> {
  const wanted = written.trim()
  if (await customerQueries.exists(tx, wanted)) return named(tx, wanted)
  const exact = await customerSearch.named(tx, wanted, MOST_NAMED + 1)
  if (exact.length === 1) return named(tx, exact[0] ?? '')
  if (exact.length > 1) {
    throw cliFault('no', await listed(tx, `叫「${wanted}」的客户不止一位，请写客户编号：`, exact))
  }
  const close = wanted === '' ? [] : await customerSearch.like(tx, wanted, MOST_NAMED + 1)
  if (close.length === 0) {
    throw cliFault('no', `没有昵称、备注或编号是「${wanted}」的客户，也没有相近的。可以只写名字里的一两个字。`)
  }
  throw cliFault('no', await listed(tx, `没有正好叫「${wanted}」的客户，相近的有（请写全名或客户编号）：`, close))
}

async function named(tx: ReadTx, externalUserId: string): Promise<{ externalUserId: string; name: string }> {
  return { externalUserId, name: (await customerQueries.nameOf(tx, externalUserId)) ?? externalUserId }
}

async function listed(tx: ReadTx, head: string, ids: readonly string[]): Promise<string> {
  const shown = ids.slice(0, MOST_NAMED)
  const lines = await customerLines(tx, await customerSearch.toTellApart(tx, shown))
  return [head, ...lines, ...(ids.length > shown.length ? ['  ……还有，请写得更全一些'] : [])].join('\n')
}

/** A line for each: id, nickname, remark, guide, since when. */
export async function customerLines(tx: ReadTx, found: readonly FoundCustomer[]): Promise<string[]> {
  const guides = await staffQueries.namesOf(tx, [...new Set(found.flatMap(({ userId }) => userId ?? []))])
  return found.map(({ externalUserId, name, remark, userId, addedAtMs, active }) => {
    const guide = userId === undefined ? '没有导购' : `导购 ${guides.get(userId) ?? userId}`
    const since = addedAtMs === undefined ? '' : `${shanghaiText(addedAtMs)} 加的好友`
    const parts = [
      externalUserId,
      name ?? '（没有昵称）',
      ...(remark === undefined || remark === '' ? [] : [`备注「${remark}」`]),
      guide,
      ...(since === '' ? [] : [since]),
      ...(userId === undefined || active ? [] : ['已经不是好友']),
    ]
    return `  ${parts.join('  ')}`
  })
}
