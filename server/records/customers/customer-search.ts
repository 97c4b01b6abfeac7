import { alias } from '../../core/db/define-table.ts'
import { list, type Sql, select, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { maskPhones } from '../../core/kernel/mask-phones.ts'
import { withoutInvisible } from '../../core/kernel/shown-name.ts'
import { CUSTOMER, FOLLOW } from './customer-tables.ts'

/** One guide's view of a customer who was looked for, or a customer whom no guide ever had. */
export interface FoundCustomer {
  externalUserId: string
  name: string | undefined
  userId: string | undefined
  remark: string | undefined
  /** UTC milliseconds. */
  addedAtMs: number | undefined
  active: boolean
}

const c = alias(CUSTOMER, 'c')
const f = alias(FOLLOW, 'f')
const FOUND = select({
  externalUserId: c.external_userid,
  name: c.name,
  userId: f.userid,
  remark: f.remark,
  addedAtMs: f.added_at,
  active: f.active,
})

/** Reads all customers: for the command line. */
async function whoseNames(tx: ReadTx, isWanted: Sql, limit: number): Promise<string[]> {
  const rows = await tx.rows(
    sql`SELECT DISTINCT ${select({ externalUserId: c.external_userid })}
        FROM ${c} LEFT JOIN ${f} ON ${f.external_userid} = ${c.external_userid}
        WHERE ${isWanted} ORDER BY ${c.external_userid} LIMIT ${limit}`,
  )
  return rows.map(({ externalUserId }) => externalUserId)
}

/** In nicknames often, by accident or to be listed first; a screen shows none of them. */
const UNSEEN = [...'\u00ad\u200b\u200c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2060\u2066\u2067\u2068\u2069\ufeff']

/** A name as one reads it. */
const read = (name: Sql): Sql => UNSEEN.reduce((text, mark) => sql`REPLACE(${text}, ${mark}, '')`, name)

const plainForLike = (text: string): string => text.replaceAll(/[!%_]/g, '!$&')

export const customerSearch = {
  /** external_userids of those whose nickname, or remark by any guide, reads exactly like this; at most `limit`. */
  named: (tx: ReadTx, name: string, limit: number): Promise<string[]> => {
    const wanted = maskPhones(withoutInvisible(name))
    return whoseNames(tx, sql`${read(sql`${c.name}`)} = ${wanted} OR ${read(sql`${f.remark}`)} = ${wanted}`, limit)
  },

  /** The same for those whose nickname or remark contains this, capitals or not. */
  like: (tx: ReadTx, part: string, limit: number): Promise<string[]> => {
    const pattern = `%${plainForLike(withoutInvisible(part).toLowerCase())}%`
    const reads = (name: Sql): Sql => sql`LOWER(${read(name)}) LIKE ${pattern} ESCAPE '!'`
    return whoseNames(tx, sql`${reads(sql`${c.name}`)} OR ${reads(sql`${f.remark}`)}`, limit)
  },

  /** What tells these customers apart: a row for each guide who has or had them, the newest friendship first. */
  toTellApart: async (tx: ReadTx, externalUserIds: readonly string[]): Promise<FoundCustomer[]> => {
    if (externalUserIds.length === 0) return []
    const rows = await tx.rows(
      sql`SELECT ${FOUND} FROM ${c} LEFT JOIN ${f} ON ${f.external_userid} = ${c.external_userid}
          WHERE ${c.external_userid} IN ${list(externalUserIds)}
          ORDER BY ${f.active} DESC, ${f.added_at} DESC, ${c.external_userid}`,
    )
    return rows.map(({ externalUserId, name, userId, remark, addedAtMs, active }) => ({
      externalUserId,
      name: name ?? undefined,
      userId: userId ?? undefined,
      // The phone in it is the guide's to see.
      remark: remark === null ? undefined : maskPhones(remark),
      addedAtMs: addedAtMs ?? undefined,
      active: active === 1,
    }))
  },
}
