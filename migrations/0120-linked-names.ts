import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, longText, nullable, text, withDefault } from './frozen/columns.ts'
import { addColumns, addIndex, createTable, dropColumns, dropIndex, dropTables } from './frozen/table.ts'

const LENT = ['survey_response', 'shop_visit', 'told_consent']

/** Names that somebody in a shop goes by, said by a person to be a customer's, until it is taken back. */
export class LinkedNames1700000000120 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'customer_link',
      columns: [
        id(),
        text('external_userid'),
        nullable(text('given_unionid')),
        nullable(text('phone_hash')),
        nullable(text('source', 60)),
        nullable(text('shop_user_id', 64)),
        instant('linked_at'),
        text('by_whom', 100),
        longText('why'),
        nullable(instant('ended_at')),
        nullable(text('ended_by', 100)),
      ],
      indices: [['external_userid'], ['given_unionid'], ['phone_hash'], ['shop_user_id']],
    })
    await addColumns(runner, 'shop_order', [nullable(text('shop_user_id', 64))])
    await addIndex(runner, 'shop_order', ['shop_user_id'])
    for (const table of LENT) await addColumns(runner, table, [withDefault(flag('lent'), 0)])
    await addColumns(runner, 'tier_move', [nullable(longText('former')), withDefault(flag('undone'), 0)])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'tier_move', ['former', 'undone'])
    for (const table of LENT) await dropColumns(runner, table, ['lent'])
    await dropIndex(runner, 'shop_order', ['shop_user_id'])
    await dropColumns(runner, 'shop_order', ['shop_user_id'])
    await dropTables(runner, ['customer_link'])
  }
}
