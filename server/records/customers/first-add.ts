import { pick, select, sql, words } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { channelOfState } from '../channels/channel-queries.ts'
import { currentIdOfGuide, nameOfGuide } from '../staff/staff-queries.ts'
import { CUSTOMER } from './customer-tables.ts'
import { type Beginning, expectFriendship } from './follow-store.ts'

/** What a welcome needs of an add, before anybody has looked at the rest of it. */
export interface FirstAdd extends Beginning {
  /** Names; undefined while unknown. */
  customer: string | undefined
  guide: string | undefined
}

/** An add as WeCom tells it, by a userid of whatever age. */
export interface ToldFirst {
  externalUserId: string
  userId: string
  state: string
  atMs: number
}

/** Takes down that a pair of whom nobody has heard before are friends, which is soon told whole by the same event. Undefined
 *  for any other add: it may be the end of a handover, go on with a friendship, or be late. */
export function createFirstAdd({ clock }: { clock: Clock }) {
  return async (tx: Tx, told: ToldFirst): Promise<FirstAdd | undefined> => {
    const { externalUserId, state, atMs } = told
    // Without a state it may end a handover; with one it is an add like any other: see pair-changes.ts.
    if (state === '') return undefined
    const known = await tx.row(
      sql`SELECT ${select({
        userId: words(currentIdOfGuide(told.userId)),
        guide: words<string | null>(nameOfGuide(told.userId)),
        channel: words<string | null>(channelOfState(state)),
        customer: words<string | null>(
          sql`(SELECT ${pick(CUSTOMER, 'name')} FROM ${CUSTOMER} WHERE ${CUSTOMER.external_userid} = ${externalUserId})`,
        ),
      })}`,
    )
    if (known === undefined) return undefined
    const { userId, channel } = known
    const add: Beginning = { externalUserId, userId, atMs, half: false, state, channel }
    if (!(await expectFriendship(tx, add, clock.now()))) return undefined
    return { ...add, customer: known.customer ?? undefined, guide: known.guide ?? undefined }
  }
}
export type TakeFirstAdd = ReturnType<typeof createFirstAdd>
