import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import type { Group } from '../../records/groups/group-queries.ts'
import type { StaffTelling } from '../../records/staff/tell-staff.ts'
import { GROUP_WELCOME_TOLD, type GroupWelcomeRow } from './group-welcome-tables.ts'

export interface TellOwnersDeps {
  clock: Clock
  groups: { queries: { inPool(tx: Tx, pool: string): Promise<Group[]> } }
  staffTelling: Pick<StaffTelling, 'tell'>
}

/** More are counted, not named. */
const NAMED = 5
const told = GROUP_WELCOME_TOLD

/** Asks the owners to choose the template in their groups: nobody else can. Once for each group and template; groups that come
 *  later are told of when they are known. Safe to repeat. */
export async function tellOwners(tx: Tx, deps: TellOwnersDeps, row: GroupWelcomeRow, beginning: string): Promise<void> {
  const { clock, groups, staffTelling } = deps
  const templateId = row.template_id
  if (templateId === null) return
  const rows = await tx.rows(
    sql`SELECT ${pick(told, 'chat_id')} FROM ${told} WHERE ${told.template_id} = ${templateId}`,
  )
  const known = new Set(rows.map((one) => one.chat_id))
  const open = (await groups.queries.inPool(tx, row.pool)).filter(({ chatId }) => !known.has(chatId))
  for (const [owner, own] of groupBy(open, (group) => group.owner ?? '')) {
    if (owner === '') continue
    const names = own.slice(0, NAMED).map(({ name }) => `「${name === '' ? '未命名的群' : name}」`)
    const more = own.length > NAMED ? `等 ${own.length} 个群` : ''
    const text = `入群欢迎语备好了，请你在企业微信里选上（只有群主能选）：打开${names.join('')}${more} → 群设置 → 入群欢迎语，选素材里「${beginning}」开头的那条。`
    const reason = { text: `群池「${row.pool}」的入群欢迎语要群主自己选` }
    const got = await staffTelling.tell(tx, {
      key: `group-welcome:${row.id}:${row.plans}`,
      userIds: [owner],
      text,
      reason,
    })
    if (got.length === 0) continue
    const now = clock.now()
    const entries = own.map(({ chatId }) => ({
      chat_id: chatId,
      welcome_id: row.id,
      template_id: templateId,
      told_at: now,
    }))
    await tx.insertIgnore(told, entries)
  }
}
