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
import { meantMeanwhile, TOLD } from './meant-meanwhile.ts'
import { tagBearers } from './tag-bearers.ts'
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
  const before = later === undefined ? await bearersNow(tx, row.path, owner) : await tagBearers.of(tx, later.id)
  const isBorne = before.length > 0 ? 1 : 0
  await change(tx, row.id, { was_on: earlier?.is_on ?? later?.was_on ?? isBorne })
  await tagBearers.keep(tx, row.id, before)
  if (later === undefined)
    return put(tx, { row, owner, isOn: row.is_on === 1, way, text: `「${row.source}」说的` }, deps)
  const speaker = row.is_on === 1 ? await deps.customers.ownerOf(tx, owner) : undefined
  await change(tx, later.id, { was_on: row.is_on })
  await tagBearers.keep(tx, later.id, row.is_on === 0 ? [] : [...before, ...(speaker === undefined ? [] : [speaker])])
}

/** The guides at whom this customer bears the tag. */
const bearersNow = async (tx: Tx, tag: string, owner: string): Promise<string[]> =>
  (await tagQueries.ofCustomer(tx, owner)).flatMap(({ path, userId }) => (path === tag ? [userId] : []))

/** What makes it as if this had never been said of the customer: called once the row is theirs no more. */
async function beforehand(tx: Tx, row: Row, owner: string) {
  await holdCustomer(tx, owner)
  const { later } = await neighbours(tx, row, owner)
  const before = await tagBearers.of(tx, row.id)
  await tagBearers.keep(tx, row.id, [])
  return async (deps: SettleToldTagDeps): Promise<void> => {
    if (later !== undefined) {
      await tagBearers.keep(tx, later.id, before)
      return change(tx, later.id, { was_on: row.was_on })
    }
    const isOn = row.was_on === 1 && row.is_on === 0
    if (row.was_on === row.is_on && (row.is_on === 0 || before.length === 0)) return
    // Said before it was kept at whom; and what a person put on was never taken off.
    const borne = before.length > 0 ? [] : await tagQueries.ofCustomer(tx, owner)
    if (isOn && borne.some(({ path, setBy }) => path === row.path && setBy !== 'rule')) return
    const text = `人工合并撤销了，「${row.source}」说的是另一个人`
    const others = await meantMeanwhile(tx, row.path, owner)
    await put(tx, { row, owner, isOn, at: before, others, way: `back:${deps.clock.now()}`, text }, deps)
  }
}

interface Put {
  row: Row
  owner: string
  isOn: boolean
  /** At whom it was before. */
  at?: readonly string[]
  /** At whom it is left as others meant it. */
  others?: ReadonlySet<string>
  /** Tells one time from the next. */
  way: string
  text: string
}

/** On at those who bore it before, else at the guide who speaks for us; off wherever it is but at those. */
async function put(
  tx: Tx,
  { row, owner, isOn, at = [], others, way, text }: Put,
  { customers, tags }: SettleToldTagDeps,
): Promise<void> {
  const friends = (await customers.followsOf(tx, owner)).filter(({ active }) => active)
  const again = friends.flatMap(({ userId }) => (at.includes(userId) ? [userId] : []))
  const speaker = isOn && again.length === 0 ? await customers.ownerOf(tx, owner) : undefined
  const bearers = new Set(speaker === undefined ? again : [speaker])
  await tags.changeAll(
    tx,
    friends.flatMap(({ userId }) => {
      if (isOn !== bearers.has(userId) || others?.has(userId) === true) return []
      const key = `${TOLD}${row.id}:${way}:${userId}`
      const tag = isOn ? { add: [row.path] } : { remove: [row.path] }
      return [{ externalUserId: owner, userId, ...tag, by: 'rule' as const, key, reason: { text } }]
    }),
  )
}
