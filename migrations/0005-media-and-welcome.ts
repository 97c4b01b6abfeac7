import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Pictures made ready at WeCom ahead of time, and what became of each customer's welcome. */
export class MediaAndWelcome1700000000005 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'prepared_media',
      columns: [
        id(),
        text('source', 190),
        text('fingerprint', 64),
        nullable(longText('pic_url')),
        nullable(text('media_id', 190)),
        nullable(instant('media_until')),
        nullable(instant('prepared_at')),
        withDefault(integer('attempts'), 0),
        nullable(instant('retry_at')),
        nullable(longText('trouble')),
      ],
      unique: [['source']],
    })
    await createTable(runner, {
      name: 'welcome',
      columns: [
        id(),
        text('external_userid'),
        text('userid'),
        instant('added_at'),
        instant('received_at'),
        nullable(text('code_hash', 32)),
        nullable(text('rule', 60)),
        nullable(text('version', 20)),
        text('state', 20),
        nullable(longText('reason')),
        nullable(longText('left_out')),
        nullable(instant('sent_at')),
        nullable(integer('latency_ms')),
      ],
      unique: [['external_userid', 'userid', 'added_at']],
      indices: [['state', 'added_at']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['welcome', 'prepared_media'])
  }
}
