import { DAY_MS, shanghaiText } from '../core/kernel/shanghai.ts'
import { customerSearch } from '../records/customers/customer-search.ts'
import { type LostFollow, lostCustomers } from '../records/customers/lost-customers.ts'
import { customerLines, MOST_NAMED } from './find/find-customer.ts'
import { type GuideNames, guideNames } from './find/guide-names.ts'
import { cliFault } from './frame/cli-fault.ts'
import { defineCommand, mostListed, type Program } from './frame/command.ts'
import { oneOf, or, text, whole } from './frame/slot.ts'
import { table } from './frame/table.ts'
import { mergeCommand, mergedCommand, unmergeCommand } from './merge-commands.ts'
import { rfmCommand } from './rfm-command.ts'
import { rfmMovesCommand } from './rfm-moves-command.ts'
import { worthCommand } from './worth-command.ts'

const find = defineCommand({
  name: 'find',
  audited: 'look',
  scope: 'customers',
  says: '按昵称、备注的一部分找客户：编号、导购、哪天加的好友',
  lists: true,
  words: { name: text('名字', '昵称或备注里的几个字') },
  run: async ({ name }, desk, form) =>
    (await desk.db()).view(async (tx) => {
      const limit = form === 'text' ? MOST_NAMED * 5 : mostListed(form)
      const ids = await customerSearch.like(tx, name.trim(), limit)
      if (ids.length === 0) throw cliFault('no', `没有昵称或备注里有「${name}」的客户。`)
      const found = await customerSearch.toTellApart(tx, ids)
      const rest = ids.length === limit ? ['  ……可能还有更多，请写得更全一些。'] : []
      const guides = await guideNames(tx)
      return {
        text: [...(await customerLines(tx, found)), ...rest].join('\n'),
        data: { customers: found },
        about: found.map(({ externalUserId }) => externalUserId),
        sheet: {
          header: ['客户编号', '昵称', '备注', '导购', '加好友时间', '现在是好友'],
          rows: found.map((one) => [
            one.externalUserId,
            one.name ?? null,
            one.remark ?? null,
            one.userId === undefined ? null : (guides.get(one.userId) ?? one.userId),
            one.addedAtMs === undefined ? null : shanghaiText(one.addedAtMs),
            one.active ? '是' : '否',
          ]),
        },
      }
    }),
})

const BY = ['customer', 'guide', 'all'] as const
const BY_ZH: Record<(typeof BY)[number], string> = {
  customer: '客户删除导购',
  guide: '导购删除客户',
  all: '流失的客户',
}
const WHO_ZH: Record<LostFollow['lostBy'], string> = {
  customer: '客户删了导购',
  guide: '导购删了客户',
  transfer: '转接给了别的导购',
  unknown: '不知道是谁',
}

const HEADER = ['流失时间', '客户', '客户编号', '导购', '谁删的', '加好友时间', '来源']

const lost = defineCommand({
  name: 'lost',
  audited: 'look',
  scope: 'customers',
  says: '近几天流失的客户：谁删了谁、什么时候、原来是哪天加的，新的在前',
  more: '客户删除导购只有企业微信的通知会说，漏掉的差多少见 npm run -s reconcile。',
  lists: true,
  words: { days: or(7, whole('天数', '往回看几天', { min: 1, max: 366 })) },
  options: {
    by: or('customer', oneOf('谁', 'customer 客户删了导购，guide 导购删了客户，all 都列出（也包括离职、转接）', BY)),
  },
  run: async ({ days, by }, desk, form) => {
    const limit = mostListed(form)
    const asked = { sinceMs: desk.clock.now() - days * DAY_MS, by: by === 'all' ? undefined : by, limit }
    const { found, guides } = await (await desk.db()).view(async (tx) => ({
      found: await lostCustomers(tx, asked),
      guides: await guideNames(tx),
    }))
    const rows = found.map((one) => cellsOf(one, guides))
    const rest = found.length === limit ? ['……可能还有更多，用 --csv 全部列出。'] : []
    const what = BY_ZH[by]
    return {
      text:
        found.length === 0
          ? `近 ${days} 天没有${what}。`
          : [`近 ${days} 天${what}：${found.length} 位，新的在前`, table([HEADER, ...rows]), ...rest].join('\n'),
      data: { days, by, lost: found },
      sheet: { header: HEADER, rows },
    }
  },
})

const cellsOf = (one: LostFollow, guides: GuideNames): string[] => [
  shanghaiText(one.lostAtMs),
  one.name ?? '',
  one.externalUserId,
  guides.get(one.userId) ?? one.userId,
  WHO_ZH[one.lostBy],
  one.addedAtMs === undefined ? '' : shanghaiText(one.addedAtMs),
  one.channel ?? '',
]

export const customersProgram: Program = {
  name: 'customers',
  says: '客户：找一位，看谁流失了，把商城里的买家认给客户。',
  commands: [find, lost, mergeCommand, mergedCommand, unmergeCommand, worthCommand, rfmCommand, rfmMovesCommand],
}
