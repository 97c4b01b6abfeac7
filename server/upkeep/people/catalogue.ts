import { specOf, type Table } from '../../core/db/define-table.ts'
import type { DataKind, Kept } from '../../core/db/personal-data.ts'
import { WHOLE_DATABASE } from './every-table.ts'
import { holdsPeople, personalOf } from './own-rows.ts'

/** One table in which something of people lies. */
export interface CatalogueEntry {
  table: string
  purpose: string
  /** Column → what lies in it; those that say nothing of anybody left out. */
  holds: Record<string, DataKind>
  /** How a customer's rows are found, as people read it; undefined: no row is a customer's. */
  found: string | undefined
  kept: Kept
  /** What becomes of a customer's rows on erasure. */
  onErasure: string
}

export const KIND_ZH: Record<DataKind, string> = {
  none: '—',
  customer: '客户编号',
  'union-id': 'unionid',
  phone: '手机号的摘要或后四位',
  name: '昵称、姓名、备注',
  picture: '头像地址',
  trait: '性别、生日、公司',
  'free-text': '写下的文字',
  purchase: '购买',
  conduct: '做过什么、对其做了什么',
  staff: '成员账号或姓名',
  mixed: '可能有上面任何一种（JSON）',
}

/** Every table that knows people, from the declarations themselves. */
export const catalogue = (): CatalogueEntry[] =>
  WHOLE_DATABASE.flatMap((table) => {
    const personal = personalOf(table)
    if (!holdsPeople(personal)) return []
    const { purpose, kept } = personal
    const holds = Object.entries(personal.holds as Record<string, DataKind>).filter(([, kind]) => kind !== 'none')
    return {
      table: specOf(table).name,
      purpose,
      holds: Object.fromEntries(holds),
      found: foundBy(table),
      kept,
      onErasure: erasureZh(table),
    }
  })

/** Tables that know nobody, and why. */
export const knowNobody = (): { table: string; why: string }[] =>
  WHOLE_DATABASE.flatMap((table) => {
    const personal = personalOf(table)
    return 'nobody' in personal ? { table: specOf(table).name, why: personal.nobody } : []
  })

function foundBy(table: Table): string | undefined {
  const personal = personalOf(table)
  if (!holdsPeople(personal)) return undefined
  const { of, through, mentions = [] } = personal
  const ways = [
    ...(of === undefined ? [] : [of]),
    ...(through === undefined ? [] : [`${through.column} → ${specOf(through.table).name}`]),
    ...(mentions.length === 0 ? [] : [`文字里：${mentions.join('、')}`]),
  ]
  return ways.length === 0 ? undefined : ways.join('；')
}

function erasureZh(table: Table): string {
  const personal = personalOf(table)
  if (!holdsPeople(personal)) return '—'
  const { of, through, mentions, keptByLaw } = personal
  const kept = keptByLaw && (keptByLaw.emptied.length === 0 ? '整行保留' : `清空 ${keptByLaw.emptied.join('、')}`)
  if (kept !== undefined) return `${kept}（${keptByLaw?.why}）`
  if (of !== undefined || through !== undefined) return '删除整行'
  return mentions === undefined ? '不涉及客户' : '只讲这位客户的删除，别人的去掉这位客户'
}
