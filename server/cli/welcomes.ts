import { DAY_MS, SECOND_MS, shanghaiText } from '../core/kernel/shanghai.ts'
import { missedWelcomes } from '../operations/welcome/missed-welcomes.ts'
import type { WelcomeState } from '../operations/welcome/welcome-state.ts'
import type { WelcomeOutcome } from '../operations/welcome/welcome-store.ts'
import { customerQueries } from '../records/customers/customer-queries.ts'
import { guideNames } from './find/guide-names.ts'
import { defineCommand, mostListed, type Program } from './frame/command.ts'
import { or, whole } from './frame/slot.ts'
import { table } from './frame/table.ts'

const STATE_ZH: Record<WelcomeState, string> = {
  waiting: '正在发',
  sent: '发了，但是慢',
  taken: '不用发',
  'sent-or-taken': '不确定发没发',
  late: '太晚，没发',
  failed: '没发成',
  none: '没有凭证，没发',
}

const HEADER = ['加好友时间', '客户', '客户编号', '导购', '结果', '原因']

const late = defineCommand({
  name: 'late',
  audited: 'look',
  scope: 'customers',
  says: '没有发出去、不确定或者发得慢的欢迎语：谁的、为什么，新的在前',
  more: '没发出去的，导购那里会有待办「打个招呼」。别的应用先打过招呼的不算。',
  lists: true,
  words: { days: or(7, whole('天数', '往回看几天', { min: 1, max: 366 })) },
  options: { slow: or(5, whole('秒', '超过几秒才到算慢', { min: 1, max: 20 })) },
  run: async ({ days, slow }, desk, form) => {
    const asked = {
      sinceMs: desk.clock.now() - days * DAY_MS,
      slowMs: slow * SECOND_MS,
      limit: mostListed(form),
    }
    const { found, rows } = await (await desk.db()).view(async (tx) => {
      const welcomes = await missedWelcomes(tx, asked)
      const guides = await guideNames(tx)
      const names = await customerQueries.namesOf(tx, [...new Set(welcomes.map((one) => one.externalUserId))])
      return { found: welcomes, rows: welcomes.map((one) => cellsOf(one, { guides, names })) }
    })
    const head = `近 ${days} 天没有发出去或超过 ${slow} 秒才到的欢迎语 ${found.length} 条，新的在前：`
    const rest = found.length === asked.limit ? ['……可能还有更多，用 --csv 全部列出。'] : []
    return {
      text:
        found.length === 0
          ? `近 ${days} 天的欢迎语都在 ${slow} 秒内发出去了。`
          : [head, table([HEADER, ...rows]), ...rest].join('\n'),
      data: { days, slow, welcomes: found },
      sheet: { header: HEADER, rows },
      isNo: found.length > 0,
    }
  },
})

function cellsOf(
  welcome: WelcomeOutcome,
  { guides, names }: { guides: ReadonlyMap<string, string>; names: ReadonlyMap<string, string> },
): string[] {
  const { addedAtMs, externalUserId, userId, state, reason, latencyMs } = welcome
  const slow = state === 'sent' && latencyMs !== undefined ? `用时 ${(latencyMs / SECOND_MS).toFixed(1)} 秒` : undefined
  return [
    shanghaiText(addedAtMs),
    names.get(externalUserId) ?? '',
    externalUserId,
    guides.get(userId) ?? userId,
    STATE_ZH[state],
    slow ?? reason ?? '没有留下原因',
  ]
}

export const welcomesProgram: Program = {
  name: 'welcomes',
  says: '欢迎语：哪些没发出去。有的话退出码是 1，方便接监控。',
  commands: [late],
}
