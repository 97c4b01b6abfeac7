import { createHash } from 'node:crypto'
import type { Tx } from '../../core/db/tx.ts'
import { type GivenNames, type KnownNames, waitingFor } from '../customers/given-customer.ts'

export interface WaitingProfile extends GivenNames {
  id: number
  birthday: string
  told_at: number
}

const COLUMNS = 'id, given_external_userid, given_unionid, phone_hash, birthday, told_at'
const MOST = 500

/** What was told about people whom we do not know yet; of each, the last. */
export const waitingProfiles = {
  keep: async (tx: Tx, names: GivenNames, birthday: string, nowMs: number): Promise<void> => {
    const who = JSON.stringify([names.given_external_userid, names.given_unionid, names.phone_hash])
    const person_key = createHash('sha256').update(who).digest('hex')
    await tx.upsert('profile_waiting', [{ person_key, ...names, birthday, told_at: nowMs }], ['person_key'])
  },
  /** Oldest first. */
  of: async (tx: Tx, customers: Pick<KnownNames, 'identityOf'>, externalUserId: string): Promise<WaitingProfile[]> => {
    const ids = await waitingFor(tx, customers, externalUserId, async (column, values) => {
      const rows = await tx.rows<{ id: number }>(
        `SELECT id FROM profile_waiting WHERE ${column} IN (${values.map(() => '?').join(', ')})`,
        values,
      )
      return rows.map((row) => row.id)
    })
    if (ids.length === 0) return []
    return tx.rows<WaitingProfile>(
      `SELECT ${COLUMNS} FROM profile_waiting WHERE id IN (${ids.map(() => '?').join(', ')}) ORDER BY told_at, id`,
      ids,
    )
  },
  since: (tx: Tx, fromMs: number): Promise<WaitingProfile[]> =>
    tx.rows<WaitingProfile>(`SELECT ${COLUMNS} FROM profile_waiting WHERE told_at > ? ORDER BY id DESC LIMIT ${MOST}`, [
      fromMs,
    ]),
  drop: async (tx: Tx, id: number): Promise<void> => {
    await tx.run('DELETE FROM profile_waiting WHERE id = ?', [id])
  },
}
