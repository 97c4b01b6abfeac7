import type { Db } from '../../core/db/db.ts'
import { specOf, type Table } from '../../core/db/define-table.ts'
import { all, list, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { CUSTOMER_PHONE } from '../../records/customers/customer-tables.ts'
import type { PhoneHash } from '../../records/customers/phone-hash.ts'
import { personKey } from '../../records/profiles/person-key.ts'
import { PROFILE_WAITING } from '../../records/profiles/profile-tables.ts'
import { WHOLE_DATABASE } from './every-table.ts'
import { columnOf } from './own-rows.ts'

/** Phones in one transaction. */
const BITE = 500

export interface Rehashed {
  /** Lines that are phones. */
  phones: number
  /** Lines that are none. */
  unreadable: number
  /** Stored hashes that were made anew. */
  rows: number
}

/** Makes the hashes of these phones anew: nobody can tell a phone from its hash, so only what is told once more can be. Each
 *  phone is hashed under the old key, looked for in every table that keeps hashes, and what is found is written under the new
 *  one. Safe to repeat and to cut off. */
export async function rehashPhones(
  db: Db,
  phones: AsyncIterable<string>,
  { from, to, onProgress }: { from: PhoneHash; to: PhoneHash; onProgress(done: Rehashed): void },
): Promise<Rehashed> {
  const done: Rehashed = { phones: 0, unreadable: 0, rows: 0 }
  let bite = new Map<string, string>()
  const flush = async (): Promise<void> => {
    if (bite.size > 0) done.rows += await db.tx((tx) => turn(tx, bite))
    bite = new Map()
    onProgress(done)
  }
  for await (const phone of phones) {
    const [before, after] = [from(phone), to(phone)]
    if (before === undefined || after === undefined) {
      done.unreadable += 1
      continue
    }
    done.phones += 1
    bite.set(before, after)
    if (bite.size >= BITE) await flush()
  }
  await flush()
  return done
}

const keepsHashes = (table: Table): boolean => Object.hasOwn(specOf(table).columns, 'phone_hash')

async function turn(tx: Tx, hashes: ReadonlyMap<string, string>): Promise<number> {
  let rows = (await turnCustomers(tx, hashes)) + (await turnWaiting(tx, hashes))
  for (const table of WHOLE_DATABASE) {
    if (!keepsHashes(table) || table === CUSTOMER_PHONE || table === PROFILE_WAITING) continue
    const column = columnOf(table, 'phone_hash')
    const found = await tx.rows(
      sql`SELECT DISTINCT ${sql`${column}`} FROM ${table} WHERE ${column} IN ${list([...hashes.keys()])}`,
    )
    for (const { phone_hash: before } of found as { phone_hash: string }[]) {
      const after = hashes.get(before) ?? before
      rows += await tx.run(sql`UPDATE ${table} SET ${column} = ${after} WHERE ${column} = ${before}`)
    }
  }
  return rows
}

/** The sync may have written the new one beside the old one already. */
async function turnCustomers(tx: Tx, hashes: ReadonlyMap<string, string>): Promise<number> {
  const p = CUSTOMER_PHONE
  const old = await tx.rows(sql`SELECT ${all(p)} FROM ${p} WHERE ${p.phone_hash} IN ${list([...hashes.keys()])}`)
  if (old.length === 0) return 0
  const fresh = old.map(({ id: _id, phone_hash, ...row }) => ({
    ...row,
    phone_hash: hashes.get(phone_hash) ?? phone_hash,
  }))
  await tx.insertIgnore(p, fresh)
  return tx.run(sql`DELETE FROM ${p} WHERE ${p.id} IN ${list(old.map(({ id }) => id))}`)
}

/** Their key is made of the names, of which the hash is one. What was told under the new key since holds. */
async function turnWaiting(tx: Tx, hashes: ReadonlyMap<string, string>): Promise<number> {
  const w = PROFILE_WAITING
  const names = pick(w, 'id', 'given_external_userid', 'given_unionid', 'phone_hash')
  const old = await tx.rows(sql`SELECT ${names} FROM ${w} WHERE ${w.phone_hash} IN ${list([...hashes.keys()])}`)
  for (const { id, phone_hash, ...given } of old) {
    const after = { ...given, phone_hash: hashes.get(phone_hash ?? '') ?? phone_hash }
    const person_key = personKey(after)
    const newer = await tx.row(sql`SELECT ${pick(w, 'id')} FROM ${w} WHERE ${w.person_key} = ${person_key}`)
    if (newer !== undefined) await tx.run(sql`DELETE FROM ${w} WHERE ${w.id} = ${id}`)
    else
      await tx.run(sql`UPDATE ${w} SET ${set(w, { person_key, phone_hash: after.phone_hash })} WHERE ${w.id} = ${id}`)
  }
  return old.length
}
