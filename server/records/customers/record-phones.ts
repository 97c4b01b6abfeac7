import type { NewRowOf } from '../../core/db/define-table.ts'
import { all, list, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { CUSTOMER_PHONE } from './customer-tables.ts'
import type { PhoneHash } from './phone-hash.ts'
import { pairOf, type Relation } from './relation.ts'

const pairOfRow = (row: { external_userid: string; userid: string }): string =>
  pairOf({ externalUserId: row.external_userid, userId: row.userid })

/** Keeps the hashes of the phones that guides noted, under the present key and, while it is given, under the one before:
 *  whatever was told under either is then found; gives the customers that got a new one, and the pairs that differ. */
export async function recordPhones(
  tx: Tx,
  relations: Relation[],
  phoneHashes: readonly PhoneHash[],
): Promise<{ identified: string[]; pairs: Set<string> }> {
  const ids = [...new Set(relations.map((relation) => relation.externalUserId))]
  const stored = await tx.rows(
    sql`SELECT ${all(CUSTOMER_PHONE)} FROM ${CUSTOMER_PHONE} WHERE ${CUSTOMER_PHONE.external_userid} IN ${list(ids)}`,
  )
  const told = new Set<string>()
  const fresh: NewRowOf<typeof CUSTOMER_PHONE>[] = []
  const pairs = new Set<string>()
  const before = new Set(stored.map((row) => `${pairOfRow(row)}\n${row.phone_hash}`))
  for (const relation of relations) {
    for (const hash of new Set(
      (relation.mobiles ?? []).flatMap((mobile) => phoneHashes.flatMap((hash) => hash(mobile) ?? [])),
    )) {
      const line = `${pairOf(relation)}\n${hash}`
      told.add(line)
      if (!before.has(line)) {
        pairs.add(pairOf(relation))
        fresh.push({ external_userid: relation.externalUserId, userid: relation.userId, phone_hash: hash })
      }
    }
  }
  const readPairs = new Set(relations.filter(({ mobiles }) => mobiles !== undefined).map(pairOf))
  const gone = stored.filter((row) => {
    const pair = pairOfRow(row)
    return readPairs.has(pair) && !told.has(`${pair}\n${row.phone_hash}`)
  })
  for (const row of gone) pairs.add(pairOfRow(row))
  if (gone.length > 0) {
    const ids = list(gone.map((row) => row.id))
    await tx.run(sql`DELETE FROM ${CUSTOMER_PHONE} WHERE ${CUSTOMER_PHONE.id} IN ${ids}`)
  }
  if (fresh.length > 0) await tx.insertIgnore(CUSTOMER_PHONE, fresh)
  return { identified: fresh.map((row) => row.external_userid), pairs }
}
