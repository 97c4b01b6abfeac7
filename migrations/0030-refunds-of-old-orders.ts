import type { MigrationInterface, QueryRunner } from 'typeorm'

/** What came back before parts were kept is one part. A shop may call a refund `sum`, so ours has no name. */
export class RefundsOfOldOrders1700000000030 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE shop_order_refund SET refund_id = '' WHERE refund_id = 'sum'`)
    await runner.query(
      `INSERT INTO shop_order_refund (shop_order_id, refund_id, fen, at, announced)
       SELECT o.id, '', o.total_fen, COALESCE(o.refunded_at, o.paid_at, o.created_at), 1
       FROM shop_order o LEFT JOIN shop_order_refund r ON r.shop_order_id = o.id
       WHERE o.status = 'refunded' AND o.total_fen > 0 AND r.id IS NULL`,
    )
  }

  /** The parts stay: the table goes next. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE shop_order_refund SET refund_id = 'sum' WHERE refund_id = ''`)
  }
}
