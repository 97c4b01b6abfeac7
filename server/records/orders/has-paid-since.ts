import { alias } from '../../core/db/define-table.ts'
import { SHOP_ORDER } from './order-tables.ts'

const o = alias(SHOP_ORDER, 'paid_order')

/** For facts of others: has this customer paid anything at that instant or later, whatever became of it since. Both are columns
 *  of the asker's rows; an expression in SQL. */
export const hasPaidSince = ({ customer, atMs }: { customer: string; atMs: string }): string =>
  `EXISTS (SELECT 1 FROM ${o} WHERE ${o.external_userid} = ${customer} AND ${o.status} IN ('paid', 'refunded')
    AND ${o.paid_at} >= ${atMs})`

/** For sums of others: did this customer pay anything from that instant on, before the other? Both are in milliseconds; the first
 *  two are columns of the asker's rows. An expression in SQL. */
export const hasPaidWithin = ({ customer, atMs, ms }: { customer: string; atMs: string; ms: number }): string =>
  `EXISTS (SELECT 1 FROM ${o} WHERE ${o.external_userid} = ${customer} AND ${o.status} IN ('paid', 'refunded')
    AND ${o.paid_at} >= ${atMs} AND ${o.paid_at} < ${atMs} + ${ms})`
