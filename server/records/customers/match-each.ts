import { list, pick, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { CUSTOMER as c, CUSTOMER_PHONE as p } from './customer-tables.ts'
import type { GivenNames, Match } from './given-customer.ts'

/** Who is meant by each of up to a few hundred, as `matchGiven` says it of one, in three statements; undefined where nobody
 *  fits. */
export async function matchEach(tx: Tx, each: readonly GivenNames[]): Promise<(Match | undefined)[]> {
  const all = (name: keyof GivenNames): string[] => [...new Set(each.flatMap((names) => names[name] ?? []))]
  const [ids, unionIds, phones] = [all('given_external_userid'), all('given_unionid'), all('phone_hash')]
  const known = new Set(
    ids.length === 0
      ? []
      : (
          await tx.rows(sql`SELECT ${pick(c, 'external_userid')} FROM ${c} WHERE ${c.external_userid} IN ${list(ids)}`)
        ).map((row) => row.external_userid),
  )
  const byUnion = whoseAlone(
    unionIds.length === 0
      ? []
      : await tx.rows(
          sql`SELECT ${select({ name: c.unionid, id: c.external_userid })} FROM ${c} WHERE ${c.unionid} IN ${list(unionIds)}`,
        ),
  )
  const byPhone = whoseAlone(
    phones.length === 0
      ? []
      : await tx.rows(
          sql`SELECT DISTINCT ${select({ name: p.phone_hash, id: p.external_userid })} FROM ${p}
              WHERE ${p.phone_hash} IN ${list(phones)}`,
        ),
  )
  const found = each.map(({ given_external_userid: given, given_unionid: unionId, phone_hash: phone }) => {
    if (given !== null && known.has(given)) return { whose: given, by: 'externalUserId' as const }
    const whose = byUnion(unionId)
    if (whose !== undefined) return { whose, by: 'unionId' as const }
    return { whose: byPhone(phone), by: 'phone' as const, unless: unionId }
  })
  const doubtful = [...new Set(found.flatMap(({ whose, unless }) => (unless == null ? [] : (whose ?? []))))]
  const unionOf = new Map(
    doubtful.length === 0
      ? []
      : (
          await tx.rows(
            sql`SELECT ${pick(c, 'external_userid', 'unionid')} FROM ${c} WHERE ${c.external_userid} IN ${list(doubtful)}`,
          )
        ).map((row) => [row.external_userid, row.unionid]),
  )
  // Two union ids are two people, whatever phone they share.
  const isAnother = (whose: string, unless: string | null | undefined): boolean =>
    unless != null && (unionOf.get(whose) ?? unless) !== unless
  return found.map(({ whose, by, unless }) =>
    whose === undefined || isAnother(whose, unless) ? undefined : { externalUserId: whose, by },
  )
}

/** A name that two people have is nobody's. */
function whoseAlone(rows: readonly { name: string | null; id: string }[]): (name: string | null) => string | undefined {
  const owners = new Map<string | null, string | undefined>()
  for (const { name, id } of rows) owners.set(name, owners.has(name) ? undefined : id)
  return (name) => (name === null ? undefined : owners.get(name))
}
