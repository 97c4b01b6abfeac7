import { isOneDue } from '../core/db/rows-due.ts'
import { number, select, sql } from '../core/db/sql.ts'
import type { Tx } from '../core/db/tx.ts'
import { LANES, type Lane } from './actions/action-kind.ts'
import { ACTION } from './actions/action-tables.ts'
import type { EventLane } from './inbox/event-kind.ts'
import { INBOUND_EVENT } from './inbox/event-tables.ts'

const EVENT_LANES: readonly EventLane[] = ['welcome', 'normal']

export interface Due {
  events: EventLane[]
  actions: Lane[]
  /** An action is held by a lease that has ended. */
  isHeldByDead: boolean
}

/** The lanes in which something waits whose time has come. One statement, and in each lane one look at its index. */
export async function whatIsDue(tx: Tx, nowMs: number): Promise<Due> {
  const events = EVENT_LANES.map((_lane, nth) => {
    const { state, lane, due_at } = INBOUND_EVENT
    return isOneDue({ table: INBOUND_EVENT, where: sql`${state} = 'new' AND ${lane} = ${nth}`, at: due_at }, nowMs)
  })
  const actions = LANES.map((_lane, nth) => {
    const { state, lane, due_at } = ACTION
    return isOneDue({ table: ACTION, where: sql`${state} = 'waiting' AND ${lane} = ${nth}`, at: due_at }, nowMs)
  })
  const held = isOneDue({ table: ACTION, where: sql`${ACTION.state} = 'running'`, at: ACTION.lease_until }, nowMs)
  const looks = Object.fromEntries([...events, ...actions, held].map((look, nth) => [`l${nth}`, number(look)]))
  const found: Record<string, number> = (await tx.row(sql`SELECT ${select(looks)}`)) ?? {}
  const isDue = (nth: number): boolean => found[`l${nth}`] === 1
  return {
    events: EVENT_LANES.filter((_lane, nth) => isDue(nth)),
    actions: LANES.filter((_lane, nth) => isDue(EVENT_LANES.length + nth)),
    isHeldByDead: isDue(EVENT_LANES.length + LANES.length),
  }
}
