import type { Row, Tx } from '../db/tx.ts'
import type { PhoneHash } from './phone-hash.ts'
import type { Relation } from './relation.ts'

const marks = (count: number): string => Array.from({ length: count }, () => '?').join(', ')
const pairOf = (externalUserId: string, userId: string): string => `${externalUserId}\n${userId}`

/** Keeps the hashes of the phones that guides noted; gives the customers that got a new one. */
export async function recordPhones(tx: Tx, relations: Relation[], phoneHash: PhoneHash): Promise<string[]> {
  const ids = [...new Set(relations.map((relation) => relation.externalUserId))]
  const stored = await tx.rows<{ id: number; external_userid: string; userid: string; phone_hash: string }>(
    `SELECT id, external_userid, userid, phone_hash FROM customer_phone WHERE external_userid IN (${marks(ids.length)})`,
    ids,
  )
  const told = new Set<string>()
  const fresh: Row[] = []
  const before = new Set(stored.map((row) => `${pairOf(row.external_userid, row.userid)}\n${row.phone_hash}`))
  for (const relation of relations) {
    for (const hash of new Set(relation.mobiles.flatMap((mobile) => phoneHash(mobile) ?? []))) {
      const line = `${pairOf(relation.externalUserId, relation.userId)}\n${hash}`
      told.add(line)
      if (!before.has(line)) {
        fresh.push({ external_userid: relation.externalUserId, userid: relation.userId, phone_hash: hash })
      }
    }
  }
  const readPairs = new Set(relations.map((relation) => pairOf(relation.externalUserId, relation.userId)))
  const gone = stored.filter((row) => {
    const pair = pairOf(row.external_userid, row.userid)
    return readPairs.has(pair) && !told.has(`${pair}\n${row.phone_hash}`)
  })
  if (gone.length > 0) {
    await tx.run(
      `DELETE FROM customer_phone WHERE id IN (${marks(gone.length)})`,
      gone.map((row) => row.id),
    )
  }
  if (fresh.length > 0) await tx.insertIgnore('customer_phone', fresh)
  return fresh.map((row) => String(row.external_userid))
}
