import { alias } from '../../core/db/define-table.ts'
import { pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { CUSTOMER_PHONE, FOLLOW } from './customer-tables.ts'
import { isPair } from './is-pair.ts'

/** Moves all follows to the guide's new userid. A pair that was read under the new id already keeps that reading, but
 *  the older beginning. The timeline and the sources keep the id of their time. Safe to repeat. */
export async function renameGuide(tx: Tx, oldUserId: string, newUserId: string): Promise<void> {
  const o = alias(FOLLOW, 'o')
  const n = alias(FOLLOW, 'n')
  const twice = await tx.rows(
    sql`SELECT ${pick(o, 'external_userid', 'added_at', 'announced')} FROM ${o}
        JOIN ${n} ON ${n.external_userid} = ${o.external_userid} AND ${n.userid} = ${newUserId}
        WHERE ${o.userid} = ${oldUserId}`,
  )
  for (const { external_userid: externalUserId, added_at, announced } of twice) {
    const f = FOLLOW
    await tx.run(
      sql`UPDATE ${f} SET ${f.announced} = CASE WHEN ${f.announced} = 1 OR ${announced} = 1 THEN 1 ELSE 0 END,
            ${f.added_at} = CASE WHEN ${f.added_at} IS NULL OR ${f.added_at} > ${added_at} THEN ${added_at}
              ELSE ${f.added_at} END
          WHERE ${isPair(f, { externalUserId, userId: newUserId })}`,
    )
    await tx.run(sql`DELETE FROM ${f} WHERE ${isPair(f, { externalUserId, userId: oldUserId })}`)
  }
  const renamed = { userid: newUserId }
  await tx.run(sql`UPDATE ${FOLLOW} SET ${set(FOLLOW, renamed)} WHERE ${FOLLOW.userid} = ${oldUserId}`)
  const phone = CUSTOMER_PHONE
  const known = alias(phone, 'n')
  // MySQL deletes from no table that a subquery reads, unless through a table made of it.
  await tx.run(
    sql`DELETE FROM ${phone} WHERE ${phone.userid} = ${oldUserId} AND EXISTS (
          SELECT 1 FROM (SELECT ${pick(phone, 'external_userid', 'phone_hash')} FROM ${phone}
            WHERE ${phone.userid} = ${newUserId}) n
          WHERE ${known.external_userid} = ${phone}.${phone.external_userid}
            AND ${known.phone_hash} = ${phone}.${phone.phone_hash})`,
  )
  await tx.run(sql`UPDATE ${phone} SET ${set(phone, renamed)} WHERE ${phone.userid} = ${oldUserId}`)
}
