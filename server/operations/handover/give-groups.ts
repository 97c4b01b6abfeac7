import type { Db } from '../../core/db/db.ts'
import type { SqlValue, Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { Groups } from '../../records/groups/groups.ts'
import { GiveGroups } from './handover-actions.ts'
import { needHandover } from './handover-row.ts'
import { refusalText } from './outcome-text.ts'

export interface GiveGroupsDeps {
  db: Db
  clock: Clock
  wecom: Pick<Wecom, 'handovers' | 'groups'>
  groups: Pick<Groups, 'setOwner'>
}

export interface GroupRow {
  id: number
  handover_id: number
  part: number
  chat_id: string
  from_userid: string
  to_userid: string
  state: 'planned' | 'done' | 'failed'
  reason: string | null
  due_at: number
  ended_at: number | null
}

export const groupRows = (tx: Tx, where: string, params: SqlValue[]): Promise<GroupRow[]> =>
  tx.rows<GroupRow>(
    `SELECT id, handover_id, part, chat_id, from_userid, to_userid, state, reason, due_at, ended_at FROM handover_group
     WHERE ${where}`,
    params,
  )

/** The owner has not left, the owner is the same, it was inherited already: so it looks after an attempt whose answer was lost,
 *  and the group itself tells. */
const PERHAPS_DONE = [90500, 90504, 90508]

/** Gives groups to their new owner; WeCom does it at once. After a lost answer a repeat is harmless. */
export function createGiveGroups({ db, clock, wecom, groups }: GiveGroupsDeps): Executor {
  const planned = (tx: Tx, { handoverId, part }: { handoverId: number; part: number }): Promise<GroupRow[]> =>
    groupRows(tx, `handover_id = ? AND part = ? AND state = 'planned' ORDER BY id`, [handoverId, part])

  async function end(tx: Tx, row: GroupRow, errcode: number | undefined, unanswered = false): Promise<void> {
    const failure = unanswered ? '企业微信没有应答，请在企业微信里核对群主后重新发起' : undefined
    const reason = errcode === undefined ? failure : refusalText(errcode)
    await tx.run(
      `UPDATE handover_group SET state = ?, reason = ?, ended_at = ?, open_chat = NULL WHERE id = ? AND state = 'planned'`,
      [reason === undefined ? 'done' : 'failed', reason ?? null, clock.now(), row.id],
    )
    if (reason === undefined) await groups.setOwner(tx, row.chat_id, row.to_userid)
  }

  return execute(GiveGroups, {
    perform: async ({ payload }) => {
      const { handover, rows } = await db.tx(async (tx) => ({
        handover: await needHandover(tx, payload.handoverId),
        rows: await planned(tx, payload),
      }))
      const newOwner = rows[0]?.to_userid
      if (newOwner === undefined) return {}
      const call = handover.departed === 1 ? wecom.handovers.transferGroupsResigned : wecom.handovers.transferGroups
      const answer = await call({ chat_id_list: rows.map((row) => row.chat_id), new_owner: newOwner })
      const failed: Record<string, number> = {}
      for (const { chat_id, errcode } of answer.failed_chat_list ?? []) {
        const isDone =
          PERHAPS_DONE.includes(errcode) && (await wecom.groups.get({ chat_id })).group_chat.owner === newOwner
        if (!isDone) failed[chat_id] = errcode
      }
      return failed
    },
    record: async (tx, { payload }, failed) => {
      for (const row of await planned(tx, payload)) await end(tx, row, failed[row.chat_id])
    },
    abandoned: async (tx, { payload }, { errcode }) => {
      for (const row of await planned(tx, payload)) await end(tx, row, errcode, true)
    },
  })
}
