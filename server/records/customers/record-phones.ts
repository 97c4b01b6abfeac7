import type { Row, Tx } from '../../core/db/tx.ts'
import type { PhoneHash } from './phone-hash.ts'
import { pairOf, type Relation } from './relation.ts'

const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ')

const pairOfRow = (row: { external_userid: string; userid: string }): string =>
  pairOf({ externalUserId: row.external_userid, userId: row.userid })

/** Keeps the hashes of the phones that guides noted; gives the customers that got a new one, and the pairs that differ. */
export async function recordPhones(
  tx: Tx,
  relations: Relation[],
  phoneHash: PhoneHash,
): Promise<{ identified: string[]; pairs: Set<string> }> {
  const ids = [...new Set(relations.map((relation) => relation.externalUserId))]
  const stored = await tx.rows<{ id: number; external_userid: string; userid: string; phone_hash: string }>(
    `SELECT id, external_userid, userid, phone_hash FROM customer_phone WHERE external_userid IN (${marks(ids.length)})`,
    ids,
  )
  const told = new Set<string>()
  const fresh: Row[] = []
  const pairs = new Set<string>()
  const before = new Set(stored.map((row) => `${pairOfRow(row)}\n${row.phone_hash}`))
  for (const relation of relations) {
    for (const hash of new Set(relation.mobiles.flatMap((mobile) => phoneHash(mobile) ?? []))) {
      const line = `${pairOf(relation)}\n${hash}`
      told.add(line)
      if (!before.has(line)) {
        pairs.add(pairOf(relation))
        fresh.push({ external_userid: relation.externalUserId, userid: relation.userId, phone_hash: hash })
      }
    }
  }
  const readPairs = new Set(relations.map((relation) => pairOf(relation)))
  const gone = stored.filter((row) => {
    const pair = pairOfRow(row)
    return readPairs.has(pair) && !told.has(`${pair}\n${row.phone_hash}`)
  })
  for (const row of gone) pairs.add(pairOfRow(row))
  if (gone.length > 0) {
    await tx.run(
      `DELETE FROM customer_phone WHERE id IN (${marks(gone.length)})`,
      gone.map((row) => row.id),
    )
  }
  if (fresh.length > 0) await tx.insertIgnore('customer_phone', fresh)
  return { identified: fresh.map((row) => String(row.external_userid)), pairs }
}
