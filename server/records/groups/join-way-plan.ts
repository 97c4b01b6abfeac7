import type { PoolRule } from '../../rules/schema/rule-files.ts'
import type { Group } from './group-queries.ts'

/** WeCom allows five groups behind one code (41091). */
const MOST_GROUPS = 5

export interface JoinWaySettings {
  chatIds: string[]
  autoCreate: boolean
  /** Names of groups that WeCom opens itself: this and a number. */
  baseName: string
  firstNumber: number
}

export type JoinWayPlan = { kind: 'settings'; settings: JoinWaySettings } | { kind: 'trouble'; zh: string }

/** Which groups the pool's one code should lead into now. Groups with room that it leads into already stay; full ones give
 *  way to the oldest others with room. `groups`: of the pool, oldest first; `live`: where the code leads now. */
export function planJoinWay(rule: PoolRule, groups: Group[], live: string[]): JoinWayPlan {
  const { pool, capacity, autoCreate } = rule
  const open = groups.filter((group) => group.memberCount < capacity)
  const kept = live.filter((chatId) => open.some((group) => group.chatId === chatId))
  const others = open.map((group) => group.chatId).filter((chatId) => !kept.includes(chatId))
  const chatIds = [...kept, ...others].slice(0, MOST_GROUPS)
  if (chatIds.length === 0 && groups.length === 0) return { kind: 'trouble', zh: noGroupText(rule) }
  if (chatIds.length === 0 && autoCreate === undefined) {
    return {
      kind: 'trouble',
      zh: `群池「${pool}」的 ${groups.length} 个群都满了（每群 ${capacity} 人），请新建一个群或调大 capacity`,
    }
  }
  // All full, but WeCom opens the next group itself: it goes on from where the code leads now.
  const last = groups.at(-1)
  if (chatIds.length === 0) {
    const standing = live.filter((chatId) => groups.some((group) => group.chatId === chatId)).slice(-MOST_GROUPS)
    chatIds.push(...(standing.length > 0 || last === undefined ? standing : [last.chatId]))
  }
  const baseName = autoCreate?.baseName ?? ''
  const firstNumber = nextNumber(groups, baseName, autoCreate?.firstNumber ?? 1)
  return { kind: 'settings', settings: { chatIds, autoCreate: autoCreate !== undefined, baseName, firstNumber } }
}

function noGroupText({ pool, groups }: PoolRule): string {
  const how = groups.namePrefix === undefined ? '核对 chatIds' : `建一个名字以「${groups.namePrefix}」开头的客户群`
  return `群池「${pool}」还没有群，请${how}`
}

/** An update of the code sets the number anew, so it must go on after the groups that stand already. */
function nextNumber(groups: Group[], baseName: string, first: number): number {
  const numbers = groups
    .filter((group) => baseName !== '' && group.name.startsWith(baseName))
    .map((group) => Number(group.name.slice(baseName.length)))
    .filter((number) => Number.isInteger(number) && number > 0)
  return Math.max(first, ...numbers.map((number) => number + 1))
}
