/** Customer strategies (客户联系规则组) and moment strategies (朋友圈规则组): who may do what for whom. */
export type StrategyKind = 'customer' | 'moment'
/** 1 member, 2 department. */
export type RangeNode = { type: 1; userid: string } | { type: 2; partyid: number }

export interface Strategy {
  id: number
  /** 0: top level. */
  parentId: number
  name: string
  adminUserIds: string[]
  privilege: Record<string, boolean>
  range: RangeNode[]
  createdAtMs: number
}
export type Strategies = Record<StrategyKind, Map<number, Strategy>> & { nextId: number }

export const createStrategies = (): Strategies => ({ customer: new Map(), moment: new Map(), nextId: 1 })

/** 1 for a top-level strategy. */
export function levelOf(all: Map<number, Strategy>, strategy: Strategy | undefined): number {
  let level = 0
  for (let at = strategy; at !== undefined; at = all.get(at.parentId)) level += 1
  return level
}
