import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, integer, longText, nullable, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Coupons and points that rules give customers at their shops, each with what became of it. */
export class ShopGrants1700000000170 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'shop_grant',
      columns: [
        id(),
        text('grant_key', 190),
        text('external_userid'),
        text('userid'),
        text('shop', 30),
        nullable(text('coupon', 32)),
        nullable(integer('points')),
        text('name', 40),
        text('state', 8),
        instant('asked_at'),
        instant('lapses_at'),
        integer('looks'),
        flag('asks_guide'),
        nullable(text('member', 64)),
        nullable(text('held_before', 64)),
        nullable(instant('tried_at')),
        nullable(instant('ended_at')),
        nullable(longText('why')),
        longText('reason'),
      ],
      unique: [['grant_key']],
      indices: [
        ['external_userid', 'state'],
        ['state', 'shop'],
      ],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['shop_grant'])
  }
}
