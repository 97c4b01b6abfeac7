import type { Kept } from '../../core/db/personal-data.ts'
import { readSomeSettings, type Settings } from '../../settings.ts'

export const KEEP_SETTINGS = ['KEEP_CALLBACK_DAYS', 'KEEP_ROW_DAYS', 'KEEP_LEFT_DAYS', 'KEEP_ORDER_DAYS'] as const

/** Long enough for 「近三个月」; of whom we do not know, as long as it takes to become a friend. */
export const VISIT_DAYS = { known: 90, unknown: 7 }

/** How many days each kind is kept; `left`: after the last guide lost the customer, 0: for good. */
export interface KeepDays {
  callback: number
  rows: number
  left: number
  order: number
}

export const keepDays = (of: Pick<Settings, (typeof KEEP_SETTINGS)[number]>): KeepDays => ({
  callback: of.KEEP_CALLBACK_DAYS,
  rows: of.KEEP_ROW_DAYS,
  left: of.KEEP_LEFT_DAYS,
  order: of.KEEP_ORDER_DAYS,
})

export const readKeepDays = (env: Record<string, string | undefined>): KeepDays =>
  keepDays(readSomeSettings(env, KEEP_SETTINGS))

/** For people: how long rows of this kind stay. */
export function keptZh(kept: Kept, days: KeepDays): string {
  const left = days.left === 0 ? '一直' : `客户流失后 ${days.left} 天`
  switch (kept) {
    case 'callback':
      return `内容 ${days.callback} 天，行 ${days.rows} 天`
    case 'technical':
      return `${days.rows} 天`
    case 'session':
      return '90 天'
    case 'order':
      return `客户还在时一直，不在了 ${days.order} 天`
    case 'visit':
      return `${VISIT_DAYS.known} 天，认不出是谁的 ${VISIT_DAYS.unknown} 天`
    case 'customer':
      return left
    case 'owner':
      return '和所属的行一样'
    case 'standing':
      return '一直（每位成员、每天几行）'
    case 'proof':
      return '一直（证明删除过）'
  }
}
