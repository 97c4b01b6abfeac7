import type { RowOf } from '../../core/db/define-table.ts'
import { eachChunk } from '../../core/db/each-chunk.ts'
import { all, list, lock, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { type Birthday, leapOrdinal } from './birthday.ts'
import type { ToldBy } from './field-tables.ts'
import { CUSTOMER_PROFILE } from './profile-tables.ts'

export interface BirthdayTold {
  birthday: Birthday
  by: ToldBy
  userId?: string
  /** UTC milliseconds. */
  atMs: number
}

const p = CUSTOMER_PROFILE

/** Held until the transaction ends. */
const find = (tx: Tx, externalUserId: string): Promise<RowOf<typeof CUSTOMER_PROFILE> | undefined> =>
  tx.row(sql`SELECT ${all(p)} FROM ${p} WHERE ${p.external_userid} = ${externalUserId} ${lock()}`)

/** What customers are like, apart from what WeCom says. */
export const profileStore = {
  birthdayOf: async (tx: Tx, externalUserId: string): Promise<Birthday | undefined> => {
    const row = await find(tx, externalUserId)
    return row && { year: row.birth_year ?? undefined, month: row.birth_month, day: row.birth_day }
  },

  /** Of those whose birthday is known, by external_userid. */
  birthdaysOf: async (tx: Tx, externalUserIds: string[]): Promise<Map<string, Birthday>> => {
    const known = pick(p, 'external_userid', 'birth_year', 'birth_month', 'birth_day')
    const rows = await eachChunk(externalUserIds, (part) =>
      tx.rows(sql`SELECT ${known} FROM ${p} WHERE ${p.external_userid} IN ${list(part)}`),
    )
    return new Map(
      rows.map((row) => [
        row.external_userid,
        { year: row.birth_year ?? undefined, month: row.birth_month, day: row.birth_day },
      ]),
    )
  },

  /** What was told last holds; a year that was known stays when the same day is told without one. True when something
   *  is new. */
  setBirthday: async (tx: Tx, externalUserId: string, told: BirthdayTold): Promise<boolean> => {
    const before = await find(tx, externalUserId)
    const { month, day, year } = told.birthday
    if (before !== undefined) {
      const isSameDay = before.birth_month === month && before.birth_day === day
      if (told.atMs < before.told_at || (isSameDay && (year === undefined || year === before.birth_year))) return false
    }
    await tx.upsert(
      p,
      [
        {
          external_userid: externalUserId,
          birth_year: year ?? null,
          birth_month: month,
          birth_day: day,
          birth_ordinal: leapOrdinal(month, day),
          told_by: told.by,
          userid: told.userId ?? null,
          told_at: told.atMs,
        },
      ],
      ['external_userid'],
    )
    return true
  },

  /** True when there was one. */
  forgetBirthday: async (tx: Tx, externalUserId: string): Promise<boolean> =>
    (await tx.run(sql`DELETE FROM ${p} WHERE ${p.external_userid} = ${externalUserId}`)) > 0,
}
