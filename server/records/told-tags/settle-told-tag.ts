import { alias, type RowOf } from '../../core/db/define-table.ts'
import { all, every, lock, pick, type Sql, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { customerLinks } from '../customers/customer-links.ts'
import type { customerQueries } from '../customers/customer-queries.ts'
import { CUSTOMER } from '../customers/customer-tables.ts'
import { type KnownNames, matchGiven } from '../customers/given-customer.ts'
import { tagQueries } from '../tags/tag-queries.ts'
import type { Tags } from '../tags/tags.ts'
import { TOLD_TAG } from './told-tag-tables.ts'

export interface SettleToldTagDeps {
  clock: Clock
  customers: KnownNames & Pick<typeof customerQueries, 'ownerOf' | 'followsOf'>
  tags: Pick<Tags, 'changeAll'>
}

type Row = RowOf<typeof TOLD_TAG>
const t = alias(TOLD_TAG, 't')

const change = async (tx: Tx, id: number, changes: Partial<Row>): Promise<void> => {
  await tx.run(sql`UPDATE ${TOLD_TAG} SET ${set(TOLD_TAG, changes)} WHERE ${TOLD_TAG.id} = ${id}`)
}

/** Gives the tag to its customer, if they are known and somebody serves them, or to whom it is lent, once; takes back what is lent
 *  no more. Of what was said of one tag the latest word holds, whenever it arrives. Safe to repeat. */
export async function settleToldTag(tx: Tx, id: number, deps: SettleToldTagDeps): Promise<boolean> {
  const row = await tx.row(sql`SELECT ${all(t)} FROM ${t} WHERE ${t.id} = ${id} ${lock()}`)
  if (row === undefined) return false
  if (row.external_userid !== null && row.lent === 0) return true
  const match = await matchGiven(tx, deps.customers, row)
  const lender = match === undefined ? await customerLinks.ofRow(tx, row) : undefined
  const found = match?.externalUserId ?? lender?.externalUserId
  const lent = lender === undefined ? 0 : 1
  if (found !== undefined && found === row.external_userid) {
    if (lent !== row.lent) await change(tx, id, { lent })
    return true
  }
  const giveBack = row.external_userid === null ? undefined : await beforehand(tx, row, row.external_userid)
  const userId = found === undefined ? undefined : await deps.customers.ownerOf(tx, found)
  // Tags are borne at a guide: whoever has none gets them when somebody adds them again.
  const owner = found === undefined || userId === undefined ? null : found
  await change(tx, id, { external_userid: owner, lent: owner === null ? 0 : lent, was_on: null })
  await giveBack?.(deps)
  if (owner === null) return false
  await bear(tx, row, { owner, way: lender === undefined ? 'own' : `link:${lender.linkId}:${deps.clock.now()}` }, deps)
  return true
}

/** What else was said of this tag of this customer, next to it in time. */
async function neighbours(tx: Tx, { id, path, said_at }: Row, owner: string) {
  const others = every([sql`${t.external_userid} = ${owner}`, sql`${t.path} = ${path}`, sql`${t.id} <> ${id}`])
  const next = (where: Sql, order: Sql) =>
    tx.row(
      sql`SELECT ${pick(t, 'id', 'is_on', 'was_on')} FROM ${t} WHERE ${every([others, where])} ORDER BY ${order} LIMIT 1`,
    )
  return {
    earlier: await next(
      sql`(${t.said_at} < ${said_at} OR (${t.said_at} = ${said_at} AND ${t.id} < ${id}))`,
      sql`${t.said_at} DESC, ${t.id} DESC`,
    ),
    later: await next(
      sql`(${t.said_at} > ${said_at} OR (${t.said_at} = ${said_at} AND ${t.id} > ${id}))`,
      sql`${t.said_at}, ${t.id}`,
    ),
  }
}

/** Who else says something of this customer meanwhile waits, and sees this. */
async function holdCustomer(tx: Tx, owner: string): Promise<void> {
  await tx.row(
    sql`SELECT ${pick(CUSTOMER, 'external_userid')} FROM ${CUSTOMER} WHERE ${CUSTOMER.external_userid} = ${owner} ${lock()}`,
  )
}

async function bear(
  tx: Tx,
  row: Row,
  { owner, way }: { owner: string; way: string },
  deps: SettleToldTagDeps,
): Promise<void> {
  await holdCustomer(tx, owner)
  const { earlier, later } = await neighbours(tx, row, owner)
  const isBorne = async (): Promise<number> =>
    (await tagQueries.ofCustomer(tx, owner)).some(({ path }) => path === row.path) ? 1 : 0
  await change(tx, row.id, { was_on: earlier?.is_on ?? later?.was_on ?? (await isBorne()) })
  if (later !== undefined) return change(tx, later.id, { was_on: row.is_on })
  await put(tx, { row, owner, isOn: row.is_on === 1, way, text: `「${row.source}」说的` }, deps)
}

/** What makes it as if this had never been said of the customer: called once the row is theirs no more. */
async function beforehand(tx: Tx, row: Row, owner: string) {
  await holdCustomer(tx, owner)
  const { later } = await neighbours(tx, row, owner)
  return async (deps: SettleToldTagDeps): Promise<void> => {
    if (later !== undefined) return change(tx, later.id, { was_on: row.was_on })
    if (row.was_on === row.is_on) return
    // What a person put on was never taken off.
    const borne = await tagQueries.ofCustomer(tx, owner)
    if (row.was_on === 1 && borne.some(({ path, setBy }) => path === row.path && setBy !== 'rule')) return
    const text = `人工合并撤销了，「${row.source}」说的是另一个人`
    await put(tx, { row, owner, isOn: row.was_on === 1, way: `back:${deps.clock.now()}`, text }, deps)
  }
}

interface Put {
  row: Row
  owner: string
  isOn: boolean
  /** Tells one time from the next. */
  way: string
  text: string
}

/** On at the guide who speaks for us, off wherever it is. */
async function put(
  tx: Tx,
  { row, owner, isOn, way, text }: Put,
  { customers, tags }: SettleToldTagDeps,
): Promise<void> {
  const speaker = isOn ? await customers.ownerOf(tx, owner) : undefined
  const friends = (await customers.followsOf(tx, owner)).filter(({ active }) => active)
  await tags.changeAll(
    tx,
    friends.flatMap(({ userId }) => {
      if (isOn && userId !== speaker) return []
      const key = `told:${row.id}:${way}:${userId}`
      const tag = isOn ? { add: [row.path] } : { remove: [row.path] }
      return [{ externalUserId: owner, userId, ...tag, by: 'rule' as const, key, reason: { text } }]
    }),
  )
}
