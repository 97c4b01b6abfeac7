import { DAY_MS, shanghaiText } from '../core/kernel/shanghai.ts'
import { customerQueries } from '../records/customers/customer-queries.ts'
import { driftQueries } from '../records/scores/drift.ts'
import { defineCommand, mostListed } from './frame/command.ts'
import { optional, or, text, whole } from './frame/slot.ts'
import { table } from './frame/table.ts'
import { cutText, sameNamesSince } from './rfm-since.ts'

const HEADER = ['什么时候', '客户', '客户编号', '从', '到']

export const rfmMovesCommand = defineCommand({
  name: 'rfm-moves',
  audited: 'look',
  scope: 'customers',
  says: '近几天谁换了 RFM 分组、从哪一组到哪一组，新的在前',
  lists: true,
  words: { days: or(7, whole('天数', '往回看几天', { min: 1, max: 366 })) },
  options: { to: optional(text('分组', '只看变成这一组的，如 重要挽留')) },
  run: async ({ days, to }, desk, form) => {
    const limit = mostListed(form)
    return (await desk.db()).tx(async (tx) => {
      const since = sameNamesSince(await driftQueries.settled(tx), desk.clock.now() - days * DAY_MS)
      const asked = { sinceMs: since.fromMs, to }
      const people = await driftQueries.movedInto(tx, asked)
      const found = await driftQueries.moves(tx, { ...asked, limit })
      const names = await customerQueries.namesOf(tx, [...new Set(found.map((one) => one.externalUserId))])
      const rows = found.map(({ externalUserId, from, to: into, atMs }) => [
        ...[shanghaiText(atMs), names.get(externalUserId) ?? '', externalUserId, from ?? '', into ?? ''],
      ])
      const when = `近 ${days} 天${cutText(since)}`
      const what = to === undefined ? '换了 RFM 分组' : `变成「${to}」`
      const rest = found.length === limit ? ['……可能还有更多，用 --csv 全部列出。'] : []
      return {
        text:
          people === 0
            ? `${when}没有人${what}。`
            : [`${when}${what}：${people} 位，新的在前`, table([HEADER, ...rows]), ...rest].join('\n'),
        data: { days, sinceMs: since.fromMs, to: to ?? null, people, moves: found },
        sheet: { header: HEADER, rows },
        about: [...new Set(found.map((one) => one.externalUserId))],
      }
    })
  },
})
