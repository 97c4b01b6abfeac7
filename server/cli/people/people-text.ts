import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { ConsentKind, ConsentScope, ConsentSource, ConsentState } from '../../records/privacy/privacy-tables.ts'
import { type CatalogueEntry, KIND_ZH } from '../../upkeep/people/catalogue.ts'
import type { Cleared } from '../../upkeep/people/clear-free-pages.ts'
import type { TableReceipt } from '../../upkeep/people/erase-person.ts'
import type { ExportedTable } from '../../upkeep/people/export-person.ts'
import { table } from '../frame/table.ts'

export const CONSENT_ZH: Record<ConsentKind, string> = { marketing: '营销', profiling: '自动画像和分层' }
export const SCOPE_ZH: Record<Exclude<ConsentScope, ''>, string> = {
  sends: '群发',
  journeys: 'SOP',
  invites: '邀请进群',
}
export const STATE_ZH: Record<ConsentState, string> = { given: '同意', refused: '拒绝' }
export const SOURCE_ZH: Record<ConsentSource, string> = {
  customer: '客户自己',
  link: '客户点的退订链接',
  word: '客户在微信客服里说的',
  guide: '导购代记',
  command: '命令行',
  age: '不满十四周岁',
  merged: '合并来的买家',
}

const kindsOf = ({ holds }: CatalogueEntry): string =>
  [...new Set(Object.values(holds))].map((kind) => KIND_ZH[kind]).join('、')

export const CATALOGUE_HEADER = ['表', '有什么', '为什么', '怎么找到一位客户', '存多久', '删除客户时']
export const catalogueRow = (entry: CatalogueEntry, days: (kept: CatalogueEntry['kept']) => string): string[] => [
  entry.table,
  kindsOf(entry),
  entry.purpose,
  entry.found ?? '不按客户存',
  days(entry.kept),
  entry.onErasure,
]

export interface ErasureReceipt {
  /** UTC milliseconds. */
  atMs: number
  byWhom: string | null
  tables: readonly TableReceipt[]
  cleared: Cleared
  /** Things that were being done about them when it ended. */
  stillUnderWay: number
}

const CLEARED_ZH: Record<Cleared, string> = {
  cleared: '数据库文件已经重写，日志已经清空，里面不再有删掉的内容。',
  'too-large': '数据库文件大，没有重写：删掉的内容可能还在空闲页里。找个空闲的时候再运行一次，加上 --vacuum。',
  'by-database':
    '表里已经没有了。MySQL 自己清理数据页；二进制日志（binlog）和备份里的，按它们的保留天数过期，恢复备份后运行 npm run -s people -- reapply。',
}

export function receiptText(name: string, receipt: ErasureReceipt): string {
  const rows = receipt.tables.map(({ table: of, deleted, emptied, keptBecause }) => [
    of,
    String(deleted),
    String(emptied),
    keptBecause ?? '',
  ])
  const left = receipt.stillUnderWay === 0 ? [] : [`还有 ${receipt.stillUnderWay} 个动作正在执行，过一分钟再运行一次。`]
  return [
    `已删除「${name}」的个人信息（${shanghaiText(receipt.atMs)}）。这份回执里没有姓名，可以存档：`,
    rows.length === 0 ? '  没有找到要删的。' : table([['表', '删除', '去掉个人部分', '留下的原因'], ...rows]),
    CLEARED_ZH[receipt.cleared],
    ...left,
  ].join('\n')
}

export function exportText(name: string, folder: string, found: readonly ExportedTable[]): string {
  const rows = found.map((one) => [one.table, String(one.rows.length), one.purpose])
  return [`「${name}」的个人信息写进了 ${folder}`, table([['表', '行', '为什么存'], ...rows])].join('\n')
}

/** The page that goes with an export, for the person whose it is. */
export function exportPage(found: readonly ExportedTable[], atMs: number): string {
  const parts = found.map(({ table: of, purpose, columns, rows }) => {
    const kinds = [
      ...new Set(columns.flatMap(({ kind }) => (kind === undefined || kind === 'none' ? [] : KIND_ZH[kind]))),
    ]
    return `${of}.csv：${rows.length} 行\n  为什么存：${purpose}\n  有什么：${kinds.join('、')}`
  })
  return [
    `这是 ${shanghaiText(atMs)} 系统里关于您的全部个人信息。`,
    '每张表一个 CSV 文件，Excel 可以直接打开；个人信息.json 是同样的内容，给程序读。时间是北京时间。',
    '手机号只存带密钥的摘要和后四位，没有原号码，所以这里也没有。',
    '',
    ...parts,
    '',
  ].join('\r\n')
}
