import { GROUP_WELCOME_BYTES } from '../../core/kernel/wecom-limits.ts'
import type { Draft } from '../files/draft.ts'
import type { PoolRule, WelcomeRule } from '../schema/rule-files.ts'
import { type CheckContext, checkDoubles, checkName } from './check-context.ts'
import { checkContent } from './content.ts'

/** WeCom: over 200 members nobody joins by QR code any more. */
const MAX_BY_QR = 200

const WELCOME = { placeholders: ['{客户昵称}'], campaign: true, mostBytes: GROUP_WELCOME_BYTES }

/** `welcomes`: undefined when not all of them are known. */
export function checkPools(
  context: CheckContext,
  pools: Draft<PoolRule>[],
  welcomes: Draft<WelcomeRule>[] | undefined,
): void {
  for (const draft of pools) {
    const { groups, capacity, script, inviteBy, inviteOn, pool } = draft.value
    if (groups.namePrefix === undefined && (groups.chatIds ?? []).length === 0 && !draft.isLeftOut(['groups'])) {
      draft.fault(['groups'], '没有写哪些群属于这个群池', '写 namePrefix（群名开头）或 chatIds')
    }
    checkDoubles(draft, ['groups', 'chatIds'], groups.chatIds)
    if (capacity > MAX_BY_QR) {
      draft.fault(['capacity'], `一个群超过 ${MAX_BY_QR} 人就不能再扫码进了`, `最多写 ${MAX_BY_QR}`)
    }
    if (script !== undefined) checkName(context, draft, ['script'], 'script', script)
    for (const [place, id] of (draft.value.groupScripts ?? []).entries()) {
      checkName(context, draft, ['groupScripts', place], 'script', id)
    }
    if (draft.value.welcome !== undefined) checkContent(context, draft, ['welcome'], draft.value.welcome, WELCOME)
    draft.condition(['entry'], draft.value.entry)
    if (inviteBy !== 'welcome') continue
    if (inviteOn?.includes('order.paid')) {
      draft.fault(['inviteBy'], '付款时没有欢迎语可以带二维码', 'inviteBy 写 task，或者 inviteOn 去掉 order.paid')
    }
    if (!draft.isLeftOut(['pool']) && welcomes?.some((welcome) => sendsQr(welcome.value, pool)) === false) {
      draft.fault(['inviteBy'], `没有欢迎语带「${pool}」的二维码`, `在欢迎语的 attachments 里加上 - groupQr: ${pool}`)
    }
  }
  checkOverlap(pools)
}

const sendsQr = (welcome: WelcomeRule, pool: string): boolean =>
  [welcome, ...(welcome.hours ?? [])].some(({ attachments = [] }) =>
    attachments.some((attachment) => 'groupQr' in attachment && attachment.groupQr === pool),
  )

/** A group must belong to one pool. */
function checkOverlap(pools: Draft<PoolRule>[]): void {
  for (const [index, draft] of pools.entries()) {
    for (const earlier of pools.slice(0, index)) {
      const mine = draft.value.groups.namePrefix
      const theirs = earlier.value.groups.namePrefix
      if (mine !== undefined && theirs !== undefined && (mine.startsWith(theirs) || theirs.startsWith(mine))) {
        draft.fault(
          ['groups', 'namePrefix'],
          `和群池「${earlier.name}」的群名开头「${theirs}」分不开`,
          '换一个不会重合的群名',
        )
      }
      for (const [place, chatId] of (draft.value.groups.chatIds ?? []).entries()) {
        if (!earlier.value.groups.chatIds?.includes(chatId)) continue
        draft.fault(['groups', 'chatIds', place], `这个群已经属于群池「${earlier.name}」`, '一个群只能属于一个群池')
      }
    }
  }
}
