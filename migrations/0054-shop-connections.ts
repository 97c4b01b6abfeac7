import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Shops that orders are read from: how each stands, what is to be read, and how far the questions are. */
export class ShopConnections1700000000054 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'shop_connection',
      columns: [
        id(),
        text('shop', 30),
        text('source', 60),
        instant('since'),
        nullable(instant('pushed_at')),
        nullable(instant('polled_at')),
        nullable(instant('read_at')),
        withDefault(integer('faults'), 0),
        nullable(instant('faulty_since')),
        nullable(instant('paused_until')),
        nullable(longText('last_fault')),
        withDefault(integer('found_by_push'), 0),
        withDefault(integer('found_by_poll'), 0),
      ],
      unique: [['shop']],
    })
    await createTable(runner, {
      name: 'shop_hint',
      columns: [
        id(),
        text('shop', 30),
        text('subject', 120),
        withDefault(integer('revision'), 1),
        text('told_by', 8),
        text('state', 8),
        instant('due_at'),
        instant('received_at'),
        withDefault(integer('attempts'), 0),
        nullable(longText('last_fault')),
      ],
      unique: [['shop', 'subject']],
      indices: [['state', 'due_at']],
    })
    await createTable(runner, {
      name: 'shop_walk',
      columns: [
        id(),
        text('shop', 30),
        text('walk', 12),
        instant('due_at'),
        instant('from_at'),
        instant('to_at'),
        instant('at'),
        nullable(longText('page')),
        withDefault(integer('found'), 0),
        nullable(instant('begun_at')),
        nullable(instant('ended_at')),
        nullable(instant('lease_until')),
      ],
      unique: [['shop', 'walk']],
    })
    await createTable(runner, {
      name: 'shop_seen',
      columns: [id(), text('shop', 30), text('subject', 120), text('mark', 64), instant('seen_at')],
      unique: [['shop', 'subject']],
      indices: [['seen_at']],
    })
    await createTable(runner, {
      name: 'shop_buyer',
      columns: [
        id(),
        text('shop', 30),
        text('shop_user_id', 64),
        nullable(text('given_external_userid')),
        nullable(text('given_unionid')),
        nullable(text('phone_hash')),
        instant('seen_at'),
      ],
      unique: [['shop', 'shop_user_id']],
      indices: [['given_unionid'], ['seen_at']],
    })
  }

  down(runner: QueryRunner): Promise<void> {
    return dropTables(runner, ['shop_buyer', 'shop_seen', 'shop_walk', 'shop_hint', 'shop_connection'])
  }
}
