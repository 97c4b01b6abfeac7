import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { pathToFileURL } from 'node:url'
import { migrations } from '../../migrations/index.ts'
import { createDb, type Db } from '../core/db/db.ts'
import { AppError, describeError } from '../core/kernel/app-error.ts'
import { type Clock, systemClock } from '../core/kernel/clock.ts'
import { createEmit } from '../engine/inbox/emit.ts'
import { customerQueries } from '../records/customers/customer-queries.ts'
import { createPhoneHash } from '../records/customers/phone-hash.ts'
import { type ImportCounts, importOrders } from '../records/orders/import-orders.ts'
import { createRecordOrder } from '../records/orders/record-order.ts'
import { createTimeline } from '../records/timeline/timeline.ts'
import { readSomeSettings } from '../settings.ts'
import { createProgressLine } from './progress-line.ts'
import type { Screen } from './screen.ts'

const USAGE = `用法：npm run import:orders -- 订单.csv

第一行是表头（中文或英文都可以），必须有：订单号、状态、金额（元），以及手机号、unionId、客户ID 中的任意一列。
已付款的订单还要有付款时间，其他订单要有下单时间：不知道是哪天的订单不会当成今天的。
还可以有：来源（哪家店）、退款金额、商品编码、商品名称、数量、单价（元）、品类。一单多件商品就写多行，订单号只写在第一行也可以。
状态可写：待付款、已付款、已退款、已关闭，也认得各平台导出文件里的说法和列名。逗号或制表符分隔，UTF-8 或 GBK 都可以。
重复导入同一个文件不会重复记账；改正后再导入，会补上或更正原来的订单。

退出码：0 全部导入，1 有的行没有导入（逐行列出原因），2 用法不对或文件读不了`

export interface ImportCommandDeps {
  db: Db
  clock: Clock
  phoneSecret: string
  screen: Screen
}

/** `words`: the command line after the program's name. Gives the exit code. */
export async function runImport(words: readonly string[], deps: ImportCommandDeps): Promise<0 | 1 | 2> {
  const { screen } = deps
  const [file, ...more] = words
  if (file === '--help' || file === '-h') {
    screen.out(USAGE)
    return 0
  }
  if (file === undefined || more.length > 0) {
    screen.err(file === undefined ? `没有写文件名。\n\n${USAGE}` : `一次只能导入一个文件。\n\n${USAGE}`)
    return 2
  }
  const size = await stat(file).then(
    (info) => (info.isFile() ? info.size : undefined),
    () => undefined,
  )
  if (size === undefined) {
    screen.err(`找不到文件 ${file}，请检查路径。`)
    return 2
  }
  try {
    return report(await importFile(file, size, deps), screen)
  } catch (error) {
    if (!(error instanceof AppError) || error.zh === undefined) throw error
    screen.err(error.zh)
    return 2
  }
}

async function importFile(file: string, size: number, deps: ImportCommandDeps): Promise<ImportCounts> {
  const { db, clock, phoneSecret, screen } = deps
  const orders = createRecordOrder({
    clock,
    // The running server looks for new events every second by itself.
    emit: createEmit({ clock, nudge: () => {} }),
    timeline: createTimeline({ clock }),
    customers: customerQueries,
    phoneHash: createPhoneHash(phoneSecret),
  })
  const progress = createProgressLine({ screen, total: size })
  let stream = createReadStream(file)
  /** How the file is written, whether the rows of an order stand together, and what they say: three readings, of which the
   *  last takes the time. */
  const open = () => {
    stream.destroy()
    stream = createReadStream(file)
    return stream
  }
  try {
    return await importOrders(open, {
      db,
      clock,
      orders,
      onFault: ({ line, message }) => {
        progress.clear()
        screen.err(`第 ${line} 行没有导入：${message}`)
      },
      onIgnored: (columns) => screen.out(`这些列用不到，已忽略：${columns.join('、')}`),
      onProgress: ({ rows }) => progress.show(stream.bytesRead, `${rows} 行`),
    })
  } finally {
    progress.clear()
    stream.destroy()
  }
}

function report(counts: ImportCounts, screen: Screen): 0 | 1 {
  const { rows, stored, corrected, unchanged, matched, itemsLeftOut, faults } = counts
  const mended = corrected === 0 ? '' : `补上或更正 ${corrected} 条，`
  screen.out(
    `读了 ${rows} 行：新导入 ${stored} 条订单记录，${mended}其中 ${matched} 条找到了客户；${unchanged} 条以前导入过，${faults} 处有问题。`,
  )
  if (itemsLeftOut > 0) screen.out(`${itemsLeftOut} 行是优惠或数量为零，没有算作商品。`)
  if (stored + corrected > matched) {
    screen.out('没找到客户的订单已经保存，等客户加好友或导购备注手机号后会自动归到名下。')
  }
  return faults === 0 ? 0 : 1
}

async function main(): Promise<number> {
  const settings = readSomeSettings(process.env, ['DATABASE_URL', 'ORDERS_SECRET', 'PHONE_SECRET'])
  const db = createDb(settings.DATABASE_URL, migrations)
  const screen: Screen = {
    out: (line) => void process.stdout.write(`${line}\n`),
    err: (line) => void process.stderr.write(`${line}\n`),
    bar: process.stderr.isTTY ? (text) => void process.stderr.write(`\r\u001b[K${text}`) : undefined,
  }
  try {
    await db.migrate()
    return await runImport(process.argv.slice(2), {
      db,
      clock: systemClock,
      phoneSecret: settings.PHONE_SECRET ?? settings.ORDERS_SECRET,
      screen,
    })
  } finally {
    await db.close()
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  main().then(
    (code) => {
      process.exitCode = code
    },
    (error: unknown) => {
      process.stderr.write(`导入没有完成：${describeError(error)}\n改好后再运行一次即可，已导入的不会重复。\n`)
      process.exitCode = 2
    },
  )
}
