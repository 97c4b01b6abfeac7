import type { RowOf } from '../../core/db/define-table.ts'
import { all, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { firstOf, type Rewind } from '../../engine/inbox/rewind.ts'
import { CustomerAdded, CustomerLost } from './customer-events.ts'
import { CUSTOMER, CUSTOMER_SOURCE, FOLLOW } from './customer-tables.ts'
import type { LostBy } from './event-source.ts'
import { isPair } from './is-pair.ts'
import { type Pair, pairOf } from './relation.ts'

interface EventSource extends Pair {
  again?: boolean
  addedAtMs: number
  lostAtMs: number
  by: LostBy
  channel: string | null
  state: string | null
}

/** Friendships that began or ended since are undone by their events, and begin and end again as these are told. */
export function createCustomersRewind(): Rewind {
  const people = new Map<string, RowOf<typeof CUSTOMER>>()
  const pairs = new Map<string, RowOf<typeof FOLLOW>>()

  async function begin(tx: Tx, told: EventSource): Promise<void> {
    const { externalUserId, userId, addedAtMs, channel, state } = told
    const known = people.get(externalUserId)
    if (known !== undefined) await tx.insertIgnore(CUSTOMER, [known])
    const pair = pairs.get(pairOf(told))
    const begun = { active: 1, added_at: addedAtMs, last_add_at: addedAtMs, lost_at: null, lost_by: null }
    const row = { external_userid: externalUserId, userid: userId, channel, state, ...begun }
    await tx.insertIgnore(FOLLOW, [{ known_at: addedAtMs, ...pair, ...row }])
    await tx.run(sql`UPDATE ${FOLLOW} SET ${set(FOLLOW, begun)} WHERE ${isPair(FOLLOW, told)}`)
  }

  return {
    turnBack: async (tx, atMs, later) => {
      const newcomers = sql`FROM ${CUSTOMER} WHERE ${CUSTOMER.known_at} > ${atMs}`
      for (const row of await tx.rows(sql`SELECT ${all(CUSTOMER)} ${newcomers}`)) people.set(row.external_userid, row)
      await tx.run(sql`DELETE ${newcomers}`)
      await tx.run(sql`DELETE FROM ${CUSTOMER_SOURCE} WHERE ${CUSTOMER_SOURCE.added_at} > ${atMs}`)
      const isTold = ({ kind }: { kind: string }) => kind === CustomerAdded.kind || kind === CustomerLost.kind
      const first = firstOf(later, (event) =>
        isTold(event) ? pairOf(event.payload as unknown as EventSource) : undefined,
      )
      for (const [key, { kind, payload }] of first) {
        const told = payload as unknown as EventSource
        const row = await tx.row(sql`SELECT ${all(FOLLOW)} FROM ${FOLLOW} WHERE ${isPair(FOLLOW, told)}`)
        if (row !== undefined) pairs.set(key, row)
        if (kind === CustomerLost.kind) {
          const kept = set(FOLLOW, { active: 1, lost_at: null, lost_by: null })
          await tx.run(sql`UPDATE ${FOLLOW} SET ${kept} WHERE ${isPair(FOLLOW, told)}`)
        } else if (told.again === true) {
          await tx.run(sql`UPDATE ${FOLLOW} SET ${set(FOLLOW, { active: 0 })} WHERE ${isPair(FOLLOW, told)}`)
        } else {
          await tx.run(sql`DELETE FROM ${FOLLOW} WHERE ${isPair(FOLLOW, told)}`)
        }
      }
    },
    tell: async (tx, { kind, payload }) => {
      const told = payload as unknown as EventSource
      if (kind === CustomerAdded.kind) await begin(tx, told)
      if (kind !== CustomerLost.kind) return
      const ended = set(FOLLOW, { active: 0, lost_at: told.lostAtMs, lost_by: told.by })
      await tx.run(sql`UPDATE ${FOLLOW} SET ${ended} WHERE ${isPair(FOLLOW, told)}`)
    },
  }
}
