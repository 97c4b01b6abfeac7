import type { Db } from '../../core/db/db.ts'
import { set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import { PUT_BACK } from '../../engine/actions/trouble.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { Groups } from '../../records/groups/groups.ts'
import { GiveGroups } from './handover-actions.ts'
import { groupRows, needHandover } from './handover-row.ts'
import { type GroupRow, HANDOVER_GROUP } from './handover-tables.ts'
import { refusalText } from './outcome-text.ts'

export interface GiveGroupsDeps {
  db: Db
  clock: Clock
  wecom: Pick<Wecom, 'handovers' | 'groups'>
  groups: Pick<Groups, 'setOwner'>
}

/** The owner has not left, the owner is the same, it was inherited already: so it looks after an attempt whose answer was lost,
 *  and the group itself tells. */
const PERHAPS_DONE: readonly number[] = [ERRCODE.ownerHasNotLeft, ERRCODE.ownerIsTheSame, ERRCODE.groupIsInherited]

/** Gives groups to their new owner; WeCom does it at once. After a lost answer a repeat is harmless. */
export function createGiveGroups({ db, clock, wecom, groups }: GiveGroupsDeps): Executor {
  const planned = (tx: Tx, { handoverId, part }: { handoverId: number; part: number }): Promise<GroupRow[]> =>
    groupRows(
      tx,
      sql`${HANDOVER_GROUP.handover_id} = ${handoverId} AND ${HANDOVER_GROUP.part} = ${part}
          AND ${HANDOVER_GROUP.state} = 'planned' ORDER BY ${HANDOVER_GROUP.id}`,
    )

  async function end(tx: Tx, row: GroupRow, errcode: number | undefined, unanswered?: string): Promise<void> {
    const reason = errcode === undefined ? unanswered : refusalText(errcode)
    const changes = set(HANDOVER_GROUP, {
      state: reason === undefined ? 'done' : 'failed',
      reason: reason ?? null,
      ended_at: clock.now(),
      open_chat: null,
    })
    await tx.run(
      sql`UPDATE ${HANDOVER_GROUP} SET ${changes}
          WHERE ${HANDOVER_GROUP.id} = ${row.id} AND ${HANDOVER_GROUP.state} = 'planned'`,
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
    abandoned: async (tx, { payload }, { errcode, code }) => {
      const what = code === PUT_BACK ? '恢复了备份，不知道交了没有' : '企业微信没有应答'
      for (const row of await planned(tx, payload))
        await end(tx, row, errcode, `${what}，请在企业微信里核对群主后重新发起`)
    },
  })
}
