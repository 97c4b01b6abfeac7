import type { Tx } from '../core/db/tx.ts'
import { HANDOVER_MESSAGE_CHARS } from '../core/kernel/wecom-limits.ts'
import {
  type Assignment,
  type HandoverRequest,
  takersOf,
  USUAL_MOST_CUSTOMERS,
} from '../operations/handover/handover-request.ts'
import { findGuide } from './find/find-guide.ts'
import { cliFault } from './frame/cli-fault.ts'
import { many, oneOf, optional, or, text, type ValuesOf, whole } from './frame/slot.ts'

/** The options of `handover plan` and `start`. */
export const HANDOVER_OPTIONS = {
  from: text('成员', '从哪位成员转出：姓名或账号'),
  to: optional(text('成员', '转给谁：姓名或账号，几位用逗号隔开就平均分')),
  give: many(
    text('条件=成员', '符合条件的给这一位：tag:组/名=林小雨、channel:渠道=陈浩；先写的优先，其余按 --to 平分'),
  ),
  tag: many(text('组/名', '只转有这个标签的客户')),
  channel: many(text('渠道', '只转从这个渠道来的客户')),
  what: optional(
    oneOf('转什么', 'customers（客户）、groups（群）、all（都转）；写了客户条件时默认只转客户', [
      'customers',
      'groups',
      'all',
    ]),
  ),
  limit: optional(whole('数量', '最多转多少位客户，先小批试一试', { min: 1 })),
  most: or(USUAL_MOST_CUSTOMERS, whole('数量', '每位接手导购最多有多少客户', { min: 1 })),
  message: optional(text('文案', `转接成功后发给客户的话（在职成员，最多 ${HANDOVER_MESSAGE_CHARS} 字）`)),
}

export type AskedHandover = ValuesOf<typeof HANDOVER_OPTIONS>

/** What is asked for, with members by their userids. Throws cli.wrong-use, and `no` for a member whom nobody knows. */
export async function requestOf(tx: Tx, asked: AskedHandover): Promise<HandoverRequest> {
  const { from, give, tag, channel, limit, most } = asked
  if ([...(asked.message ?? '')].length > HANDOVER_MESSAGE_CHARS)
    throw cliFault('wrong-use', `--message 最多 ${HANDOVER_MESSAGE_CHARS} 个字。`)
  const takers = (asked.to ?? '').split(/[,，、]/).filter((one) => one.trim() !== '')
  // A condition on customers says nothing about groups.
  const isAboutCustomers = tag.length + channel.length + give.length > 0 || limit !== undefined
  const written = give.map(assignmentOf)
  const what = asked.what ?? (isAboutCustomers ? 'customers' : 'all')
  if (takersOf({ toUserIds: takers, assignments: written }).length === 0)
    throw cliFault('wrong-use', '要用 --to 或 --give 写明转给谁。')
  if (what !== 'customers' && takers.length === 0)
    throw cliFault('wrong-use', '群要转给谁请用 --to 写明；只转客户请加 --what customers。')
  const toUserIds: string[] = []
  for (const taker of takers) toUserIds.push(await findGuide(tx, taker))
  const assignments: Assignment[] = []
  for (const one of written) assignments.push({ ...one, toUserId: await findGuide(tx, one.toUserId) })
  const fromUserId = await findGuide(tx, from)
  return { fromUserId, toUserIds, assignments, tags: tag, channels: channel, what, mostCustomers: most, limit }
}

function assignmentOf(text: string): Assignment {
  const [, by, value, toUserId] = /^(tag|channel)[:：](.+)=([^=]+)$/.exec(text) ?? []
  if (value === undefined || toUserId === undefined || (by !== 'tag' && by !== 'channel')) {
    throw cliFault(
      'wrong-use',
      `--give ${text} 读不懂，写法如 --give tag:口味/厚切=林小雨 或 --give channel:直播间=陈浩。`,
    )
  }
  return { by, value, toUserId }
}
