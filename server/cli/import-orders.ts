import { readFile, stat } from 'node:fs/promises'
import { basename } from 'node:path'
import type { Db } from '../core/db/db.ts'
import type { Tx } from '../core/db/tx.ts'
import { plainText } from '../core/kernel/plain-text.ts'
import { createEmit } from '../engine/inbox/emit.ts'
import { customerQueries } from '../records/customers/customer-queries.ts'
import { createPhoneHash } from '../records/customers/phone-hash.ts'
import { type ColumnMap, readColumnMap } from '../records/orders/column-map.ts'
import { type ImportCounts, type ImportDeps, importOrders } from '../records/orders/import-orders.ts'
import { openOrderFile } from '../records/orders/order-file.ts'
import { ORIGIN_ZH } from '../records/orders/order-origin.ts'
import { createRecordOrder } from '../records/orders/record-order.ts'
import { createErasures } from '../records/privacy/erasures.ts'
import { createTimeline } from '../records/timeline/timeline.ts'
import { PHONE_SETTINGS, phoneSecrets, readSomeSettings } from '../settings.ts'
import { cliFault } from './frame/cli-fault.ts'
import { type Desk, defineCommand, type Program } from './frame/command.ts'
import { flag, optional, text } from './frame/slot.ts'
import { createProgressLine } from './progress-line.ts'

const COLUMNS = `要有一行表头（中文或英文都可以），必须有：订单号、状态、金额（元），以及手机号、unionId、客户ID 中的任意一列（各平台的导出文件没有也可以）。
已付款的订单还要有付款时间，其他订单要有下单时间：不知道是哪天的订单不会当成今天的。
还可以有：来源（哪家店）、退款金额、商品编码、商品名称、数量、单价（元）、品类。一单多件商品就写多行，订单号只写在第一行也可以。
状态可写：待付款、已付款、已退款、已关闭，也认得各平台导出文件里的说法和列名。逗号或制表符分隔，UTF-8 或 GBK 都可以。
第一行以上有标题也没关系；.xlsx（第一个工作表）和 zip（里面一个表格）可以直接导入，旧版 .xls 要先另存。
重复导入同一个文件不会重复记账；改正后再导入，会补上或更正原来的订单。有的行没有导入时退出码是 1，逐行列出原因，写成「行:列 原因」。
平台打了星号的手机号不算手机号：这样的订单也保存，等客户报来订单号。`

interface Fault {
  line: number
  /** From 1; of a whole row 1. */
  column: number
  message: string
}

interface Asked {
  shop: string | undefined
  columns: ColumnMap['columns'] | undefined
  /** Tells what would change, and changes nothing. */
  isPreview: boolean
}

/** Ends a transaction with all that was done in it undone. */
class Undone extends Error {
  readonly outcome: unknown

  constructor(outcome: unknown) {
    super('nothing was to be changed')
    this.outcome = outcome
  }
}

/** Each transaction as it would be, and then undone. */
const onlyLooked = (db: Pick<Db, 'tx'>): ImportDeps['db'] => ({
  tx: async <T>(work: (tx: Tx) => Promise<T>): Promise<T> => {
    try {
      return await db.tx<T>(async (tx) => {
        throw new Undone(await work(tx))
      })
    } catch (error) {
      // What `work` gave.
      if (error instanceof Undone) return error.outcome as T
      throw error
    }
  },
})

async function importFile(
  file: string,
  size: number,
  { desk, shop, columns, isPreview, onFault }: Asked & { desk: Desk; onFault: (fault: Fault) => void },
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
      db: isPreview ? onlyLooked(db) : db,
      clock,
      orders,
      shop,
      columns,
      onFault: ({ line, column = 1, message }) => {
        progress.clear()
        screen.note(`${line}:${column} ${message}`)
        onFault({ line, column, message })
      },
      onForm: (name) => screen.note(`看出是${name}的导出文件。`),
      onIgnored: (columns) => screen.note(`这些列用不到，已忽略：${columns.join('、')}`),
      onOrigin: (columns) =>
        screen.note(
          `看作订单来处的列：${columns.map(({ part, name }) => `「${name}」是${ORIGIN_ZH[part]}`).join('，')}。`,
        ),
      onProgress: ({ rows }) => progress.show(opened.share(), `${rows} 行`),
    })
  } finally {
    progress.clear()
    await opened.close()
  }
}

function reportText({
  rows,
  stored,
  corrected,
  unchanged,
  matched,
  itemsLeftOut,
  nobody,
  faults,
}: ImportCounts): string {
  const mended = corrected === 0 ? '' : `补上或更正 ${corrected} 条，`
  return [
    `读了 ${rows} 行：新导入 ${stored} 条订单记录，${mended}其中 ${matched} 条找到了客户；${unchanged} 条以前导入过，${faults} 处有问题。`,
    ...(itemsLeftOut > 0 ? [`${itemsLeftOut} 行是优惠或数量为零，没有算作商品。`] : []),
    ...(nobody > 0
      ? [`其中 ${nobody} 条没有写是谁买的（平台打了星号或不给手机号）：客户报来订单号，就能归到名下。`]
      : []),
    ...(stored + corrected > matched + nobody
      ? ['没找到客户的订单已经保存，等客户加好友或导购备注手机号后会自动归到名下。']
      : []),
  ].join('\n')
}

/** As long as a shop's name may be in orders. */
const LONGEST_SHOP = 60

async function columnMapIn(file: string): Promise<ColumnMap> {
  const written = await readFile(file, 'utf8').catch(() => undefined)
  if (written === undefined) throw cliFault('no', `读不到列名文件 ${file}，请检查路径。`)
  return readColumnMap(written)
}

function shopNamed(written: string | undefined): string | undefined {
  const shop = plainText(written ?? '')
  if (shop.length > LONGEST_SHOP) throw cliFault('wrong-use', `店铺名最多 ${LONGEST_SHOP} 个字。`)
  return shop || undefined
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
      options: {
        preview: flag('只看会新增、更正多少条，有哪些问题，什么都不改'),
        columns: optional(text('列名文件', '文件里的列名不认得时：一个 YAML，写哪一列是什么')),
        shop: optional(
          text('店铺', '文件里没有写来源时，是哪家店的订单；不写时，别的店已经有的订单号会列出来，不导入'),
        ),
      },
      run: async ({ file, shop, columns, preview }, desk) => {
        const found = await stat(file).catch(() => undefined)
        if (found === undefined) throw cliFault('no', `找不到文件 ${file}，请检查路径。`)
        if (!found.isFile()) throw cliFault('no', `${file} 不是文件，请写里面那个订单文件的路径。`)
        const map = columns === undefined ? undefined : await columnMapIn(columns)
        const faults: Fault[] = []
        const counts = await importFile(file, found.size, {
          desk,
          shop: shopNamed(shop) ?? map?.shop,
          columns: map?.columns,
          isPreview: preview,
          onFault: (fault) => void (faults.length < MOST_FAULTS && faults.push(fault)),
        })
        const changed = preview ? [] : [{ of: basename(file), after: counts }]
        const said = preview ? `只是预览，什么都没有改。导入的话是这样：\n${reportText(counts)}` : reportText(counts)
        return {
          text: said,
          data: { ...counts, isPreview: preview, faultyLines: faults },
          isNo: counts.faults > 0,
          changed,
        }
      },
    }),
  ],
}
