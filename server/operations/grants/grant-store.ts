import { createHash } from 'node:crypto'
import type { RowOf } from '../../core/db/define-table.ts'
import { all, count, list, lock, number, pick, select, set, sql } from '../../core/db/sql.ts'
import type { ReadTx, Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { Gift } from '../../platform/shops/shop-connection.ts'
import { type GrantState, SHOP_GRANT } from './grant-tables.ts'

const g = SHOP_GRANT

export interface Grant {
  id: number
  key: string
  externalUserId: string
  userId: string
  /** `id` of the shop's rule. */
  shop: string
  gift: Gift
  name: string
  state: GrantState
  askedAtMs: number
  lapsesAtMs: number
  looks: number
  asksGuide: boolean
  member: string | undefined
  heldBefore: string | undefined
  triedAtMs: number | undefined
  why: string | undefined
  reason: Reason
}

export type NewGrant = Pick<
  Grant,
  'key' | 'externalUserId' | 'userId' | 'shop' | 'gift' | 'name' | 'lapsesAtMs' | 'asksGuide' | 'reason'
>

const toGrant = (row: RowOf<typeof SHOP_GRANT>): Grant => ({
  id: row.id,
  key: row.grant_key,
  externalUserId: row.external_userid,
  userId: row.userid,
  shop: row.shop,
  gift: row.coupon === null ? { kind: 'points', points: row.points ?? 0 } : { kind: 'coupon', coupon: row.coupon },
  name: row.name,
  state: row.state,
  askedAtMs: row.asked_at,
  lapsesAtMs: row.lapses_at,
  looks: row.looks,
  asksGuide: row.asks_guide === 1,
  member: row.member ?? undefined,
  heldBefore: row.held_before ?? undefined,
  triedAtMs: row.tried_at ?? undefined,
  why: row.why ?? undefined,
  reason: JSON.parse(row.reason) as Reason,
})

/** Not over, and nothing in doubt. */
export const OPEN: readonly GrantState[] = ['asked', 'nobody', 'stuck']
const isOpen = sql`${g.state} IN ${list(OPEN)}`
/** Nothing is to be done about it any more. */
const isOver = sql`${g.state} IN ('given', 'refused', 'lapsed')`

/** Names a grant towards the shop. By when it was asked for as well: a database that was put back counts its rows anew. */
export const grantIdOf = ({ key, askedAtMs }: Pick<Grant, 'key' | 'askedAtMs'>): string =>
  `hs-${createHash('sha256').update(`${key} ${askedAtMs}`).digest('hex').slice(0, 32)}`

export const grantStore = {
  /** Undefined: the key is known. */
  add: async (tx: Tx, grant: NewGrant, nowMs: number): Promise<Grant | undefined> => {
    const { gift } = grant
    const added = await tx.insertIgnore(g, [
      {
        grant_key: grant.key,
        external_userid: grant.externalUserId,
        userid: grant.userId,
        shop: grant.shop,
        coupon: gift.kind === 'coupon' ? gift.coupon : null,
        points: gift.kind === 'points' ? gift.points : null,
        name: grant.name,
        state: 'asked',
        asked_at: nowMs,
        lapses_at: grant.lapsesAtMs,
        looks: 0,
        asks_guide: grant.asksGuide ? 1 : 0,
        reason: JSON.stringify(grant.reason),
      },
    ])
    return added === 0 ? undefined : grantStore.byKey(tx, grant.key)
  },
  byId: async (tx: ReadTx, id: number): Promise<Grant | undefined> => {
    const row = await tx.row(sql`SELECT ${all(g)} FROM ${g} WHERE ${g.id} = ${id}`)
    return row === undefined ? undefined : toGrant(row)
  },
  byKey: async (tx: ReadTx, key: string): Promise<Grant | undefined> => {
    const row = await tx.row(sql`SELECT ${all(g)} FROM ${g} WHERE ${g.grant_key} = ${key}`)
    return row === undefined ? undefined : toGrant(row)
  },
  /** Those that wait until a shop knows this customer. */
  waitingOf: async (tx: ReadTx, externalUserId: string): Promise<Grant[]> => {
    const isTheirs = sql`${g.external_userid} = ${externalUserId} AND ${g.state} = 'nobody'`
    return (await tx.rows(sql`SELECT ${all(g)} FROM ${g} WHERE ${isTheirs} ORDER BY ${g.id}`)).map(toGrant)
  },
  /** Of which the end was open, of those asked for until then; UTC milliseconds. */
  openUntil: async (tx: ReadTx, untilMs: number): Promise<Grant[]> => {
    const isSo = sql`${isOpen} AND ${g.asked_at} <= ${untilMs}`
    return (await tx.rows(sql`SELECT ${all(g)} FROM ${g} WHERE ${isSo} ORDER BY ${g.id}`)).map(toGrant)
  },
  /** The newest first. */
  inStates: async (tx: ReadTx, states: readonly GrantState[], limit: number): Promise<Grant[]> => {
    const rows = await tx.rows(
      sql`SELECT ${all(g)} FROM ${g} WHERE ${g.state} IN ${list(states)} ORDER BY ${g.id} DESC LIMIT ${limit}`,
    )
    return rows.map(toGrant)
  },
  /** How many there are of each shop in each state since then; UTC milliseconds. */
  tally: (tx: ReadTx, sinceMs: number): Promise<{ shop: string; state: GrantState; many: number }[]> =>
    tx.rows(
      sql`SELECT ${select({ shop: g.shop, state: g.state, many: count() })} FROM ${g}
          WHERE ${g.asked_at} >= ${sinceMs} GROUP BY ${g.shop}, ${g.state} ORDER BY ${g.shop}, ${g.state}`,
    ),
  unsureAt: async (tx: ReadTx, shop: string): Promise<number> => {
    const isSo = sql`${g.shop} = ${shop} AND ${g.state} = 'unsure'`
    return (await tx.row(sql`SELECT ${select({ n: number(sql`COUNT(*)`) })} FROM ${g} WHERE ${isSo}`))?.n ?? 0
  },
  /** Written before the shop is asked, every time: whoever comes after a crash knows whom it went to, what they had, and when it may
   *  have been sent last. Takes the place only of the try that the asker knows of. `first`: of a try of which nothing is left in
   *  doubt. False: another has taken over, or it is over. */
  noteTry: async (
    tx: Tx,
    { id, looks, triedAtMs }: Pick<Grant, 'id' | 'looks' | 'triedAtMs'>,
    { first, nowMs }: { first: { member: string; heldBefore: string | undefined } | undefined; nowMs: number },
  ): Promise<boolean> => {
    const isKnown = triedAtMs === undefined ? sql`${g.tried_at} IS NULL` : sql`${g.tried_at} = ${triedAtMs}`
    const isOwn = sql`${g.id} = ${id} AND ${g.looks} = ${looks} AND ${isKnown}`
    if (first === undefined)
      return (await tx.run(sql`UPDATE ${g} SET ${set(g, { tried_at: nowMs })} WHERE ${isOwn} AND NOT (${isOver})`)) > 0
    const { member, heldBefore } = first
    const noted = set(g, { state: 'asked', member, held_before: heldBefore ?? null, tried_at: nowMs })
    return (await tx.run(sql`UPDATE ${g} SET ${noted} WHERE ${isOwn} AND ${isOpen}`)) > 0
  },
  /** Others by which this member was to have more of what this one gives, held until the transaction ends: while one of them may still
   *  show, or has just come to show, nobody can say of what the member then has more by which it came. */
  sameGift: async (
    tx: Tx,
    { id, shop, gift }: Pick<Grant, 'id' | 'shop' | 'gift'>,
    member: string,
  ): Promise<{ state: GrantState; triedAtMs: number }[]> => {
    const isSame = gift.kind === 'coupon' ? sql`${g.coupon} = ${gift.coupon}` : sql`${g.coupon} IS NULL`
    const rows = await tx.rows(
      sql`SELECT ${pick(g, 'state', 'tried_at')} FROM ${g} WHERE ${g.member} = ${member} AND ${g.shop} = ${shop}
            AND ${isSame} AND ${g.id} <> ${id} AND ${g.tried_at} IS NOT NULL ${lock()}`,
    )
    return rows.map(({ state, tried_at }) => ({ state, triedAtMs: tried_at ?? 0 }))
  },
  /** For certain it has not been given by the try that was noted at that instant. */
  forgetTry: async (tx: Tx, id: number, triedAtMs: number): Promise<void> => {
    const untried = set(g, { member: null, held_before: null, tried_at: null })
    await tx.run(sql`UPDATE ${g} SET ${untried} WHERE ${g.id} = ${id} AND ${g.tried_at} = ${triedAtMs} AND ${isOpen}`)
  },
  /** Whose shop does not know them: looked for once more, by another action in place of the one before. False: it is not so any more. */
  lookAgain: async (tx: Tx, { id, looks }: Pick<Grant, 'id' | 'looks'>, why: string): Promise<boolean> => {
    const waits = set(g, { state: 'nobody', looks: looks + 1, why })
    const isSame = sql`${g.id} = ${id} AND ${g.looks} = ${looks} AND ${isOpen}`
    return (await tx.run(sql`UPDATE ${g} SET ${waits} WHERE ${isSame}`)) > 0
  },
  /** Which the shop has refused, of those asked for since; UTC milliseconds, oldest first. */
  refusedAt: async (
    tx: ReadTx,
    shop: string,
    { name, sinceMs }: { name: string | undefined; sinceMs: number },
  ): Promise<Grant[]> => {
    const isSo = sql`${g.shop} = ${shop} AND ${g.state} = 'refused' AND ${g.asked_at} >= ${sinceMs}`
    const rows = await tx.rows(sql`SELECT ${all(g)} FROM ${g} WHERE ${isSo} ORDER BY ${g.id}`)
    return rows.map(toGrant).filter((one) => name === undefined || one.name === name)
  },
  /** A refused one as if it had just been asked for; undefined: it is not refused any more. */
  reopen: async (tx: Tx, grant: Grant, lapsesAtMs: number): Promise<Grant | undefined> => {
    const { id, looks } = grant
    const untried = { member: null, held_before: null, tried_at: null, ended_at: null, why: null }
    const asked = set(g, { state: 'asked', looks: looks + 1, lapses_at: lapsesAtMs, ...untried })
    const isSame = sql`${g.id} = ${id} AND ${g.looks} = ${looks} AND ${g.state} = 'refused'`
    return (await tx.run(sql`UPDATE ${g} SET ${asked} WHERE ${isSame}`)) > 0 ? grantStore.byId(tx, id) : undefined
  },
  noteFault: async (tx: Tx, id: number, why: string): Promise<void> => {
    await tx.run(sql`UPDATE ${g} SET ${set(g, { why })} WHERE ${g.id} = ${id} AND NOT (${isOver})`)
  },
  /** Given up for now, and not given. */
  stick: async (tx: Tx, id: number, why: string): Promise<void> => {
    await tx.run(sql`UPDATE ${g} SET ${set(g, { state: 'stuck', why })} WHERE ${g.id} = ${id} AND ${isOpen}`)
  },
  /** False: it is over already. */
  end: async (
    tx: Tx,
    id: number,
    {
      state,
      why,
      nowMs,
    }: { state: Exclude<GrantState, 'asked' | 'nobody' | 'stuck'>; why: string | undefined; nowMs: number },
  ): Promise<boolean> => {
    const ended = set(g, { state, why: why ?? null, ended_at: nowMs })
    return (await tx.run(sql`UPDATE ${g} SET ${ended} WHERE ${g.id} = ${id} AND NOT (${isOver})`)) > 0
  },
  rename: (tx: Tx, oldUserId: string, newUserId: string): Promise<number> =>
    tx.run(sql`UPDATE ${g} SET ${set(g, { userid: newUserId })} WHERE ${g.userid} = ${oldUserId}`),
}
