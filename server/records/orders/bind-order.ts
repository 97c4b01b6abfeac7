import { createHash } from 'node:crypto'
import { all, count, every, lock, type Sql, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { plainText } from '../../core/kernel/plain-text.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { KnownNames } from '../customers/given-customer.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { type ClaimResult, ORDER_CLAIM } from './order-claim-tables.ts'
import { changeOrder, itemsOf, type StoredOrder } from './order-store.ts'
import { SHOP_ORDER } from './order-tables.ts'
import { releaseOrder } from './release-order.ts'
import { isTriedTooOften, type NoBind, type Persons, type Proof, type Tries, whyNotBind } from './why-not-bind.ts'

export interface BindOrderDeps {
  clock: Clock
  emit: Emit
  timeline: Pick<Timeline, 'note'>
  customers: KnownNames
  /** Tells what is new about an order that has its customer. */
  announce(tx: Tx, row: StoredOrder, externalUserId: string): Promise<void>
}

export interface OrderClaim {
  /** What makes it the same claim. */
  key: string
  externalUserId: string
  /** Who says so, and how they are named on the timeline. */
  by: { userId: string; words: string }
  /** As the customer told it. */
  orderId: string
  proof: Proof
}

const o = SHOP_ORDER
const c = ORDER_CLAIM

/** One key stands for one thing said: other digits, or another order, under a key that is known are a try of their own. */
function triedKey({ key, orderId, proof: { phoneTail, paid } }: OrderClaim): string {
  const said = JSON.stringify([orderId, phoneTail, paid?.fen, paid?.on])
  return `${key}:${createHash('sha256').update(said).digest('base64url').slice(0, 22)}`
}

/** Orders that nobody could be found for, given to the customer who tells their number. */
export function createBindOrder({ clock, emit, timeline, customers, announce }: BindOrderDeps) {
  async function tried(tx: Tx, { externalUserId, by, orderId }: OrderClaim): Promise<Tries> {
    const since = clock.now() - DAY_MS
    const refused = async (whose: Sql): Promise<number> => {
      const which = every([whose, sql`${c.at} > ${since}`, sql`${c.result} = 'refused'`])
      return (await tx.row(sql`SELECT ${select({ n: count() })} FROM ${c} WHERE ${which}`))?.n ?? 0
    }
    return {
      byGuide: await refused(sql`${c.userid} = ${by.userId}`),
      forCustomer: await refused(sql`${c.external_userid} = ${externalUserId}`),
      ofOrder: await refused(sql`${c.order_id} = ${orderId}`),
    }
  }

  async function personsOf(tx: Tx, externalUserId: string, row: StoredOrder): Promise<Persons> {
    const { unionId } = await customers.identityOf(tx, externalUserId)
    const theirs = await tx.rows(
      sql`SELECT DISTINCT ${select({ unionId: o.given_unionid })} FROM ${o}
          WHERE ${o.external_userid} = ${externalUserId} AND ${o.given_unionid} IS NOT NULL`,
    )
    return {
      externalUserId,
      unionIds: [...(unionId === undefined ? [] : [unionId]), ...theirs.flatMap((one) => one.unionId ?? [])],
      ofUnionId: row.given_unionid === null ? [] : await customers.byUnionId(tx, row.given_unionid),
      ofPhone: row.phone_hash === null ? [] : await customers.byPhoneHash(tx, row.phone_hash),
    }
  }

  async function keep(
    tx: Tx,
    claim: Omit<OrderClaim, 'proof'>,
    { key, result, row }: { key: string; result: ClaimResult; row?: StoredOrder },
  ): Promise<void> {
    await tx.insertIgnore(c, [
      {
        claim_key: key,
        external_userid: claim.externalUserId,
        userid: claim.by.userId,
        order_id: claim.orderId,
        shop_order_id: row?.id ?? null,
        result,
        at: clock.now(),
      },
    ])
  }

  return {
    /** Gives the order of this number to the customer, if what they know of it fits; `already`: it was theirs. Safe to
     *  repeat: an order that is theirs is theirs. */
    bind: async (tx: Tx, said: OrderClaim): Promise<'bound' | 'already' | NoBind | 'too-often'> => {
      const claim = { ...said, orderId: plainText(said.orderId) }
      const { externalUserId, orderId, proof, by } = claim
      // Two shops may use one number.
      const rows = await tx.rows(
        sql`SELECT ${all(o)} FROM ${o} WHERE ${o.order_id} = ${orderId} ORDER BY ${o.id} ${lock()}`,
      )
      if (rows.some((row) => row.external_userid === externalUserId)) return 'already'
      if (isTriedTooOften(await tried(tx, claim))) return 'too-often'
      let no: NoBind = 'no-fit'
      for (const row of rows) {
        const items = await itemsOf(tx, row.id)
        const why = whyNotBind(row, {
          proof,
          persons: await personsOf(tx, externalUserId, row),
          isNameless: items.length > 0 && items.every((item) => item.name === ''),
        })
        if (why !== undefined) {
          no = why === 'other-person' ? why : no
          continue
        }
        const owned = { external_userid: externalUserId, matched_by: 'hand' } as const
        await changeOrder(tx, row.id, owned)
        const key = `${claim.key}:${row.id}`
        await keep(tx, claim, { key, result: 'bound', row })
        await timeline.note(tx, {
          key: `order.bound:${key}`,
          externalUserId,
          userId: by.userId,
          kind: 'order.bound',
          text: `${by.words}按客户报的订单号绑定了一笔订单`,
          reason: {
            text: proof.phoneTail === undefined ? '金额和付款日期对上了' : '手机后四位对上了',
            facts: { orderId: row.order_id, source: row.source },
          },
        })
        await announce(tx, { ...row, ...owned }, externalUserId)
        return 'bound'
      }
      await keep(tx, claim, { key: triedKey(claim), result: 'refused' })
      return no
    },

    /** Takes back what was bound by hand. False when there is no such order. Safe to repeat. */
    unbind: async (tx: Tx, { source, ...claim }: Omit<OrderClaim, 'proof'> & { source: string }): Promise<boolean> => {
      const { externalUserId, by, orderId } = claim
      const which = every([
        sql`${o.order_id} = ${orderId} AND ${o.source} = ${source}`,
        sql`${o.external_userid} = ${externalUserId} AND ${o.matched_by} = 'hand'`,
      ])
      const row = await tx.row(sql`SELECT ${all(o)} FROM ${o} WHERE ${which} ${lock()}`)
      if (row === undefined) return false
      await releaseOrder(tx, row, { emit, clock })
      const key = `${claim.key}:${row.id}`
      await keep(tx, claim, { key: `${key}:undone`, result: 'undone', row })
      await timeline.note(tx, {
        key: `order.unbound:${key}`,
        externalUserId,
        userId: by.userId,
        kind: 'order.unbound',
        text: `${by.words}撤销了一笔订单的绑定，它不再算这位客户的`,
        reason: { text: '导购撤销', facts: { orderId: row.order_id, source: row.source } },
      })
      return true
    },
  }
}
