import { DAY_MS, MINUTE_MS, shanghaiText } from '../core/kernel/shanghai.ts'
import { type FileReport, fileReports, fileText } from '../upkeep/shops/files/file-reports.ts'
import {
  readHistoryAgain,
  retryUnread,
  type ShopReport,
  shopReports,
  unreadHints,
} from '../upkeep/shops/shop-report.ts'
import { defineCommand, mostListed, type Program } from './frame/command.ts'
import { or, text, whole } from './frame/slot.ts'
import { grantCommands } from './shop-grants.ts'

const standing = defineCommand({
  name: '',
  audited: 'no',
  scope: 'open',
  says: '接了哪些店：最近一次推送、查询、读到订单的时间，历史订单补到哪天',
  run: async (_values, desk) => {
    const now = desk.clock.now()
    const reports = await (await desk.db()).tx(async (tx) => {
      const found = []
      for (const report of await shopReports(tx, now)) {
        const [lastFile] = await fileReports(tx, { shop: report.shop, limit: 1 })
        found.push({ ...report, lastFile })
      }
      return found
    })
    const said = reports.length === 0 ? '还没有接店铺。怎么接：docs/shops.md' : reports.map(linesOf).join('\n\n')
    return {
      text: said,
      data: reports,
      isNo: reports.some(({ faultySinceMs, dead }) => faultySinceMs !== null || dead > 0),
    }
  },
})

const when = (atMs: number | null): string => (atMs === null ? '还没有' : shanghaiText(atMs))

function linesOf(one: ShopReport & { lastFile: FileReport | undefined }): string {
  const { history, lastFile } = one
  const head = `「${one.source}」 ${one.shop}`
  if (lastFile !== undefined) {
    return [
      head,
      `  最近的文件 ${shanghaiText(lastFile.foundAtMs)}「${lastFile.name}」`,
      `  ${fileText(lastFile)}`,
    ].join('\n')
  }
  const left =
    history?.leftMs === undefined ? '' : `，大约还要 ${Math.max(1, Math.round(history.leftMs / MINUTE_MS))} 分钟`
  return [
    head,
    `  最近推送 ${when(one.pushedAtMs)}  最近查询 ${when(one.polledAtMs)}  最近读到 ${when(one.readAtMs)}`,
    `  变化：推送告诉的 ${one.foundByPush} 次，查询才发现的 ${one.foundByPoll} 次`,
    ...(history === undefined
      ? []
      : [
          `  历史订单：${history.isDone ? '补完了' : `补了 ${Math.round(history.share * 100)}%${left}`}，看到 ${history.found} 个`,
        ]),
    `  等着读 ${one.waiting} 个${one.dead === 0 ? '' : `，反复读不了 ${one.dead} 个（npm run -s shops -- dead）`}`,
    ...(one.faultySinceMs === null ? [] : [`  从 ${shanghaiText(one.faultySinceMs)} 起读不到：${one.fault ?? ''}`]),
  ].join('\n')
}

const dead = defineCommand({
  name: 'dead',
  audited: 'no',
  scope: 'customers',
  says: '反复读不了、已经放弃的订单，和为什么',
  lists: true,
  run: async (_values, desk, form) => {
    const hints = await (await desk.db()).tx((tx) => unreadHints(tx, { limit: mostListed(form) }))
    const rows = hints.map((one) => [
      one.shop,
      one.subject,
      one.attempts,
      shanghaiText(one.receivedAtMs),
      one.fault ?? '',
    ])
    return {
      text: rows.length === 0 ? '没有读不了的订单。' : rows.map((cells) => cells.join('  ')).join('\n'),
      data: hints,
      sheet: { header: ['店铺', '订单', '试了几次', '第一次', '原因'], rows },
      isNo: rows.length > 0,
    }
  },
})

const files = defineCommand({
  name: 'files',
  audited: 'no',
  scope: 'customers',
  says: '放进文件夹的导出文件：读了多少，哪几行哪几列有什么问题',
  lists: true,
  run: async (_values, desk, form) => {
    const found = await (await desk.db()).tx((tx) => fileReports(tx, { limit: mostListed(form) }))
    const rows = found.flatMap((one) => {
      const cells = [one.shop, one.name, shanghaiText(one.foundAtMs), fileText(one)]
      return one.faults.length === 0 ? [[...cells, '']] : one.faults.map((fault) => [...cells, fault])
    })
    const lines = found.flatMap((one) => [
      `${one.shop}  ${shanghaiText(one.foundAtMs)}  「${one.name}」  ${fileText(one)}`,
      ...one.faults.map((fault) => `  ${fault}`),
    ])
    return {
      text: lines.length === 0 ? '还没有读过文件。' : lines.join('\n'),
      data: found,
      sheet: { header: ['店铺', '文件', '什么时候', '结果', '行:列'], rows },
      isNo: found.some(({ state, counts }) => state === 'refused' || (counts?.faults ?? 0) > 0),
    }
  },
})

const retry = defineCommand({
  name: 'retry',
  audited: 'change',
  scope: 'operate',
  says: '把放弃的订单再读一遍',
  run: async (_values, desk) => {
    const count = await (await desk.db()).tx((tx) => retryUnread(tx, desk.clock.now()))
    const changed = count === 0 ? [] : [{ of: '放弃的订单', before: { count }, after: { count: 0 } }]
    return { text: count === 0 ? '没有放弃的订单。' : `${count} 个订单会再读一遍。`, data: { count }, changed }
  },
})

const history = defineCommand({
  name: 'history',
  audited: 'change',
  scope: 'operate',
  says: '把一家店的历史订单再补一遍：已经有的不会重复',
  words: { shop: text('编号', '店铺编号，config/shops 里的 id') },
  options: { days: or(90, whole('天数', '往回补多少天', { min: 1, max: 1_095 })) },
  run: async ({ shop, days }, desk) => {
    const nowMs = desk.clock.now()
    const isKnown = await (await desk.db()).tx((tx) =>
      readHistoryAgain(tx, shop, { fromMs: nowMs - days * DAY_MS, nowMs }),
    )
    return isKnown
      ? {
          text: `「${shop}」从 ${days} 天前开始补，npm run -s shops 看进度。`,
          data: { shop, days },
          changed: [{ of: shop, after: { days } }],
        }
      : { text: `没有编号是「${shop}」的店铺。`, data: { shop }, isNo: true, changed: [] }
  },
})

/** The shops that orders are read from. */
export const shopsProgram: Program = {
  name: 'shops',
  says: '接了的店铺：订单读到哪里了。',
  commands: [standing, dead, files, retry, history, ...grantCommands],
}
