import { type Column, specOf, type Table } from '../../core/db/define-table.ts'
import { every, list, number, raw, type Sql, select, some, sql, union, words } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { StandingLink } from '../customers/customer-queries.ts'
import type { GivenNames, KnownNames } from '../customers/given-customer.ts'

/** A declared table whose rows keep by which names their customer was given. */
export type WaitingTable = Table & { readonly id: Column<number> } & {
  readonly [Name in keyof GivenNames]: Column<string | null>
}

/** Where things stand that were told of people whom we do not know yet. */
export interface WaitingRows {
  table: WaitingTable
  /** Those that belong to nobody yet. */
  isWaiting: Sql
  /** The oldest are given to their customer first. UTC milliseconds. */
  age: Column<number>
  /** What was told after this instant, UTC milliseconds. */
  toldSince(fromMs: number): Sql
  /** Those that are a customer's only because a person said so: they wait all the same, for whoever WeCom says. Absent: they
   *  are lent to nobody. */
  lent?: { where: Sql; owner: Column<string | null>; member?: { source: Column<string>; id: Column<string | null> } }
}

/** Rows are given to their customers in rounds of this many. */
export const ROUND = 500

const idsOf = async (tx: Tx, query: Sql<{ id: number }>): Promise<number[]> =>
  (await tx.rows(query)).map((row) => row.id)

/** All that wait in one database, by their tables. */
export type AllWaiting = ReadonlyMap<string, WaitingRows>

/** By database, since a process may have several. */
const everywhere = new WeakMap<object, Map<string, WaitingRows>>()

/** Gives all that wait in this database, now and later: of a customer they are asked together, since hardly ever anything waits. */
export function expectWaiting(db: object, rows: WaitingRows): AllWaiting {
  const all = everywhere.get(db) ?? new Map<string, WaitingRows>()
  everywhere.set(db, all)
  return all.set(specOf(rows.table).name, rows)
}

type NameColumn = keyof GivenNames

/** What is open to whom WeCom says: what waits, and what is lent. */
const isOpen = ({ isWaiting, lent }: WaitingRows): Sql =>
  lent === undefined ? isWaiting : some([isWaiting, lent.where])
/** What is open to whom a person says: nobody has it. */
const isFree = ({ isWaiting }: WaitingRows): Sql => isWaiting

/** Some rows among all that wait in their database. */
interface Waiting {
  rows: WaitingRows
  all: AllWaiting
}

type Names = Partial<Record<NameColumn, readonly string[]>>

/** Under names of one kind, of those that are open. */
interface Asked {
  name: NameColumn
  values: readonly string[]
  open: (rows: WaitingRows) => Sql
}

/** The oldest of one table under names of one kind, the `nth`. */
const oldest = (rows: WaitingRows, { name, values, open }: Asked, nth: number): Sql => {
  const { table, age } = rows
  const found = select({ source: words(raw(`'${specOf(table).name}'`)), nth: number(raw(`${nth}`)), id: table.id, age })
  return sql`SELECT * FROM (SELECT ${found} FROM ${table}
        WHERE ${every([open(rows), sql`${table[name]} IN ${list(values)}`])} ORDER BY ${age}, ${table.id} LIMIT ${ROUND}) one`
}

/** What is open under any of these names in any table, those under the first kind of name first. Who asks the next table in the
 *  same words, finds it answered. A part for each kind, since a planner that is given all at once may read every waiting row
 *  instead of the keys. */
async function named(tx: Tx, { rows, all }: Waiting, names: Names, open: Asked['open']): Promise<number[]> {
  const kinds = (Object.entries(names) as [NameColumn, readonly string[]][]).filter(([, values]) => values.length > 0)
  if (kinds.length === 0) return []
  const own = specOf(rows.table).name
  const parts = [...all.values()].flatMap((one) =>
    kinds.map(([name, values], nth) => oldest(one, { name, values, open }, nth)),
  )
  const [source, nth, id, age] = [
    words(raw('w.source')),
    number(raw('w.nth')),
    number(raw('w.id')),
    number(raw('w.age')),
  ]
  const found = await tx.rows(sql`SELECT ${select({ source, nth, id, age })} FROM (${union(parts)}) w`)
  return found
    .filter((one) => one.source === own)
    .sort((a, b) => a.nth - b.nth || a.age - b.age || a.id - b.id)
    .map((one) => one.id)
}

/** What nobody has under the names that this link says to be a customer's. */
async function linked(tx: Tx, waiting: Waiting, link: StandingLink): Promise<number[]> {
  const { table, isWaiting, age, lent } = waiting.rows
  const { given_unionid: unionId, phone_hash: phone, source, shop_user_id: shopUserId } = link
  const given = (value: string | null): string[] => (value === null ? [] : [value])
  const found = await named(tx, waiting, { given_unionid: given(unionId), phone_hash: given(phone) }, isFree)
  const member = lent?.member
  if (member === undefined || source === null || shopUserId === null) return found
  const isMember = sql`${member.source} = ${source} AND ${member.id} = ${shopUserId}`
  const bought = await idsOf(
    tx,
    sql`SELECT ${select({ id: table.id })} FROM ${table} WHERE ${every([isWaiting, isMember])}
        ORDER BY ${age}, ${table.id} LIMIT ${ROUND}`,
  )
  return [...found, ...bought]
}

/** One round of what waits for this customer under any of the names that we know, and of what nobody else has under those that
 *  a person has said to be theirs. */
export async function waitingFor(
  tx: Tx,
  waiting: Waiting,
  customers: Pick<KnownNames, 'identityOf'>,
  externalUserId: string,
): Promise<{ ids: number[]; hasLinks: boolean }> {
  const { unionId, phoneHashes, links } = await customers.identityOf(tx, externalUserId)
  const given_unionid = unionId === undefined ? [] : [unionId]
  const names = { given_external_userid: [externalUserId], given_unionid, phone_hash: phoneHashes }
  const found = await named(tx, waiting, names, isOpen)
  const hasLinks = waiting.rows.lent !== undefined && links.length > 0
  if (hasLinks) for (const link of links) found.push(...(await linked(tx, waiting, link)))
  return { ids: [...new Set(found)], hasLinks }
}

/** One round of what is lent to this customer, after `afterId`. */
export const lentTo = (tx: Tx, { table, lent }: WaitingRows, externalUserId: string, afterId: number) =>
  lent === undefined
    ? Promise.resolve([])
    : idsOf(
        tx,
        sql`SELECT ${select({ id: table.id })} FROM ${table}
            WHERE ${every([lent.where, sql`${lent.owner} = ${externalUserId}`, sql`${table.id} > ${afterId}`])}
            ORDER BY ${table.id} LIMIT ${ROUND}`,
      )

/** One round of what was told after this instant, UTC milliseconds, and still belongs to nobody. */
export const waitingSince = (tx: Tx, { table, isWaiting, toldSince }: WaitingRows, fromMs: number): Promise<number[]> =>
  idsOf(
    tx,
    sql`SELECT ${select({ id: table.id })} FROM ${table} WHERE ${isWaiting} AND ${toldSince(fromMs)}
        ORDER BY ${table.id} DESC LIMIT ${ROUND}`,
  )

export const isAnyWaiting = async (tx: Tx, { table, isWaiting }: WaitingRows): Promise<boolean> =>
  (await tx.row(sql`SELECT ${select({ id: table.id })} FROM ${table} WHERE ${isWaiting} LIMIT 1`)) !== undefined
