import { eachChunk } from '../../core/db/each-chunk.ts'
import { all, list, lock, pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { ProfileField } from '../../rules/schema/profile-rules.ts'
import { CUSTOMER } from '../customers/customer-tables.ts'
import { CUSTOMER_FIELD, type ToldBy } from './field-tables.ts'
import type { StoredValue } from './field-value.ts'

/** What is known of one field. */
export interface KnownField {
  kind: ProfileField['type']
  values: StoredValue[]
  by: ToldBy
  userId: string | undefined
  /** UTC milliseconds. */
  atMs: number
}

export interface FieldTold {
  field: Pick<ProfileField, 'field' | 'type'>
  /** None: it is forgotten. */
  values: readonly StoredValue[]
  by: ToldBy
  userId?: string | undefined
  /** UTC milliseconds. */
  atMs: number
}

const f = CUSTOMER_FIELD

const isSame = (before: KnownField | undefined, kind: ProfileField['type'], values: readonly StoredValue[]): boolean =>
  before === undefined
    ? values.length === 0
    : before.kind === kind &&
      JSON.stringify(before.values.map(({ body }) => body)) === JSON.stringify(values.map(({ body }) => body))

/** Values of the fields of profile.yaml. */
export const fieldStore = {
  /** Until the transaction ends nobody else who does so writes fields of this customer: what is read now still stands then. */
  hold: async (tx: Tx, externalUserId: string): Promise<void> => {
    const isTheirs = sql`${CUSTOMER.external_userid} = ${externalUserId}`
    await tx.row(sql`SELECT ${pick(CUSTOMER, 'external_userid')} FROM ${CUSTOMER} WHERE ${isTheirs} ${lock()}`)
  },

  /** By field, also those that no file declares any more. */
  ofCustomer: async (tx: Tx, externalUserId: string): Promise<Map<string, KnownField>> =>
    (await fieldStore.ofCustomers(tx, [externalUserId])).get(externalUserId) ?? new Map(),

  ofCustomers: async (tx: Tx, externalUserIds: readonly string[]): Promise<Map<string, Map<string, KnownField>>> => {
    const rows = await eachChunk([...externalUserIds], (part) =>
      tx.rows(sql`SELECT ${all(f)} FROM ${f} WHERE ${f.external_userid} IN ${list(part)} ORDER BY ${f.place}`),
    )
    const found = new Map<string, Map<string, KnownField>>()
    for (const row of rows) {
      const fields = found.get(row.external_userid) ?? new Map<string, KnownField>()
      found.set(row.external_userid, fields)
      const known = fields.get(row.field)
      const value = { body: row.body, num: row.num }
      if (known !== undefined) known.values.push(value)
      else {
        const { kind, told_by: by, userid, told_at: atMs } = row
        fields.set(row.field, { kind, values: [value], by, userId: userid ?? undefined, atMs })
      }
    }
    return found
  },

  /** What was told last holds. True when something is new. Locks the customer's fields. */
  set: async (tx: Tx, externalUserId: string, { field, values, by, userId, atMs }: FieldTold): Promise<boolean> => {
    const isHere = sql`${f.external_userid} = ${externalUserId} AND ${f.field} = ${field.field}`
    const rows = await tx.rows(sql`SELECT ${all(f)} FROM ${f} WHERE ${isHere} ORDER BY ${f.place} ${lock()}`)
    const [first] = rows
    const before =
      first === undefined
        ? undefined
        : {
            kind: first.kind,
            values: rows.map(({ body, num }) => ({ body, num })),
            by: first.told_by,
            userId: undefined,
            atMs: first.told_at,
          }
    if (isSame(before, field.type, values) || (before !== undefined && atMs < before.atMs)) return false
    await tx.run(sql`DELETE FROM ${f} WHERE ${isHere}`)
    if (values.length > 0) {
      // Where nothing was there is nothing to lock: another may have been faster.
      const kept = await tx.insertIgnore(
        f,
        values.map(({ body, num }, place) => ({
          external_userid: externalUserId,
          field: field.field,
          place,
          kind: field.type,
          body,
          num,
          told_by: by,
          userid: userId ?? null,
          told_at: atMs,
        })),
      )
      return kept > 0
    }
    return true
  },
}
