import { stat } from 'node:fs/promises'
import { basename } from 'node:path'
import { createEmit } from '../engine/inbox/emit.ts'
import { customerQueries } from '../records/customers/customer-queries.ts'
import { createPhoneHash } from '../records/customers/phone-hash.ts'
import { type ImportCounts, importOrders } from '../records/orders/import-orders.ts'
import { openOrderFile } from '../records/orders/order-file.ts'
import { createRecordOrder } from '../records/orders/record-order.ts'
import { createErasures } from '../records/privacy/erasures.ts'
import { createTimeline } from '../records/timeline/timeline.ts'
import { PHONE_SETTINGS, phoneSecrets, readSomeSettings } from '../settings.ts'
import { cliFault } from './frame/cli-fault.ts'
import { type Desk, defineCommand, type Program } from './frame/command.ts'
import { text } from './frame/slot.ts'
import { createProgressLine } from './progress-line.ts'

const COLUMNS = `要有一行表头（中文或英文都可以），必须有：订单号、状态、金额（元），以及手机号、unionId、客户ID 中的任意一列。
已付款的订单还要有付款时间，其他订单要有下单时间：不知道是哪天的订单不会当成今天的。
还可以有：来源（哪家店）、退款金额、商品编码、商品名称、数量、单价（元）、品类。一单多件商品就写多行，订单号只写在第一行也可以。
状态可写：待付款、已付款、已退款、已关闭，也认得各平台导出文件里的说法和列名。逗号或制表符分隔，UTF-8 或 GBK 都可以。
第一行以上有标题也没关系；.xlsx（第一个工作表）和 zip（里面一个表格）可以直接导入，旧版 .xls 要先另存。
重复导入同一个文件不会重复记账；改正后再导入，会补上或更正原来的订单。有的行没有导入时退出码是 1，逐行列出原因。`

interface Fault {
  line: number
  message: string
}

async function importFile(
  file: string,
  size: number,
  { desk, onFault }: { desk: Desk; onFault: (fault: Fault) => void },
): Promise<ImportCounts> {
  const { clock, screen } = desk
  const secrets = phoneSecrets(readSomeSettings(desk.env, PHONE_SETTINGS))
  const db = await desk.db()
  const orders = createRecordOrder({
    clock,
    // The running server looks for new events every second by itself.
    emit: createEmit({ clock, nudge: () => {} }),
    timeline: createTimeline({ clock }),
    customers: customerQueries,
    phoneHash: createPhoneHash(secrets[0]),
    erasures: createErasures({ clock, secrets }),
  })
  /** Read three times: how it is written, whether the rows of an order stand together, and what they say. The last takes the
   *  time. */
  const opened = await openOrderFile(file, size)
  const progress = createProgressLine({ screen, total: 1 })
  try {
    return await importOrders(opened.open, {
      db,
      clock,
      orders,
      onFault: ({ line, message }) => {
        progress.clear()
        screen.note(`第 ${line} 行没有导入：${message}`)
        onFault({ line, message })
      },
      onIgnored: (columns) => screen.note(`这些列用不到，已忽略：${columns.join('、')}`),
      onProgress: ({ rows }) => progress.show(opened.share(), `${rows} 行`),
    })
  } finally {
    progress.clear()
    await opened.close()
  }
}

function reportText({ rows, stored, corrected, unchanged, matched, itemsLeftOut, faults }: ImportCounts): string {
  const mended = corrected === 0 ? '' : `补上或更正 ${corrected} 条，`
  return [
    `读了 ${rows} 行：新导入 ${stored} 条订单记录，${mended}其中 ${matched} 条找到了客户；${unchanged} 条以前导入过，${faults} 处有问题。`,
    ...(itemsLeftOut > 0 ? [`${itemsLeftOut} 行是优惠或数量为零，没有算作商品。`] : []),
    ...(stored + corrected > matched
      ? ['没找到客户的订单已经保存，等客户加好友或导购备注手机号后会自动归到名下。']
      : []),
  ].join('\n')
}

/** What is listed of them for programs; each stands on the error stream. */
const MOST_FAULTS = 1_000

export const importOrdersProgram: Program = {
  name: 'import:orders',
  says: '导入订单。',
  commands: [
    defineCommand({
      name: '',
      audited: 'change',
      scope: 'operate',
      says: '把过去的订单从文件里导入。',
      more: COLUMNS,
      words: { file: text('文件', 'CSV、.xlsx，或者装着其中一个的 zip') },
      run: async ({ file }, desk) => {
        const found = await stat(file).catch(() => undefined)
        if (found === undefined) throw cliFault('no', `找不到文件 ${file}，请检查路径。`)
        if (!found.isFile()) throw cliFault('no', `${file} 不是文件，请写里面那个订单文件的路径。`)
        const faults: Fault[] = []
        const counts = await importFile(file, found.size, {
          desk,
          onFault: (fault) => void (faults.length < MOST_FAULTS && faults.push(fault)),
        })
        const changed = [{ of: basename(file), after: counts }]
        return { text: reportText(counts), data: { ...counts, faultyLines: faults }, isNo: counts.faults > 0, changed }
      },
    }),
  ],
}
