import type { Row, Tx } from '../../core/db/tx.ts'
import { firstOf, type Rewind } from '../../engine/inbox/rewind.ts'
import { CustomerAdded, CustomerLost } from './customer-events.ts'

interface EventSource {
  externalUserId: string
  userId: string
  again?: boolean
  addedAtMs: number
  lostAtMs: number
  by: string
  channel: string | null
  state: string | null
}

/** Friendships that began or ended since are undone by their events, and begin and end again as these are told. */
export function createCustomersRewind(): Rewind {
  const people = new Map<string, Row>()
  const pairs = new Map<string, Row>()
  const keyOf = ({ externalUserId, userId }: EventSource): string => `${externalUserId} ${userId}`
  const where = 'external_userid = ? AND userid = ?'

  async function begin(tx: Tx, told: EventSource): Promise<void> {
    const { externalUserId, userId, addedAtMs, channel, state } = told
    const known = people.get(externalUserId)
    if (known !== undefined) await tx.insertIgnore('customer', [known])
    const pair = pairs.get(keyOf(told))
    const fresh = { external_userid: externalUserId, userid: userId, channel, state, active: 1, added_at: addedAtMs }
    const row = { ...fresh, last_add_at: addedAtMs, lost_at: null, lost_by: null }
    await tx.insertIgnore('follow', [{ known_at: addedAtMs, ...pair, ...row }])
    await tx.run(
      `UPDATE follow SET active = 1, added_at = ?, last_add_at = ?, lost_at = NULL, lost_by = NULL WHERE ${where}`,
      [addedAtMs, addedAtMs, externalUserId, userId],
    )
  }

  return {
    turnBack: async (tx, atMs, later) => {
      for (const row of await tx.rows<Row>('SELECT * FROM customer WHERE known_at > ?', [atMs])) {
        people.set(String(row.external_userid), row)
      }
      await tx.run('DELETE FROM customer WHERE known_at > ?', [atMs])
      await tx.run('DELETE FROM customer_source WHERE added_at > ?', [atMs])
      const isTold = ({ kind }: { kind: string }) => kind === CustomerAdded.kind || kind === CustomerLost.kind
      const first = firstOf(later, (event) =>
        isTold(event) ? keyOf(event.payload as unknown as EventSource) : undefined,
      )
      for (const [key, { kind, payload }] of first) {
        const { externalUserId, userId, again } = payload as unknown as EventSource
        const row = await tx.row<Row>(`SELECT * FROM follow WHERE ${where}`, [externalUserId, userId])
        if (row !== undefined) pairs.set(key, row)
        if (kind === CustomerLost.kind) {
          await tx.run(`UPDATE follow SET active = 1, lost_at = NULL, lost_by = NULL WHERE ${where}`, [
            externalUserId,
            userId,
          ])
        } else if (again === true) {
          await tx.run(`UPDATE follow SET active = 0 WHERE ${where}`, [externalUserId, userId])
        } else {
          await tx.run(`DELETE FROM follow WHERE ${where}`, [externalUserId, userId])
        }
      }
    },
    tell: async (tx, { kind, payload }) => {
      const told = payload as unknown as EventSource
      if (kind === CustomerAdded.kind) await begin(tx, told)
      if (kind !== CustomerLost.kind) return
      await tx.run(`UPDATE follow SET active = 0, lost_at = ?, lost_by = ? WHERE ${where}`, [
        told.lostAtMs,
        told.by,
        told.externalUserId,
        told.userId,
      ])
    },
  }
}
