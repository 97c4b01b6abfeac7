import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import { type GroupDetail, toGroupDetail } from './group-detail.ts'
import { storedGroup } from './stored-group.ts'

export type GroupAnswer =
  | { kind: 'dismissed' }
  | {
      kind: 'detail'
      /** How many changes we had heard of before we asked. */
      covered: number
      /** UTC milliseconds. */
      askedAtMs: number
      detail: GroupDetail
      toJSON(): object
    }

export interface ReadGroupDeps {
  db: Pick<Db, 'tx'>
  clock: Clock
  wecom: { groups: Pick<Wecom['groups'], 'get'> }
}

/** Throws what groupchat/get throws; a dismissed group is an answer. */
export async function readGroup(chatId: string, { db, clock, wecom }: ReadGroupDeps): Promise<GroupAnswer> {
  const before = await db.tx((tx) => storedGroup(tx, chatId))
  const askedAtMs = clock.now()
  try {
    const { group_chat } = await wecom.groups.get({ chat_id: chatId, need_name: 1 })
    const detail = toGroupDetail(group_chat)
    const covered = before?.changes_heard ?? 0
    // Hundreds of members must not be stored with every action.
    const toJSON = () => ({ kind: 'detail', covered, members: detail.members.length })
    return { kind: 'detail', covered, askedAtMs, detail, toJSON }
  } catch (error) {
    if (isRefusedWith(error, ERRCODE.groupDismissed)) return { kind: 'dismissed' }
    throw error
  }
}
