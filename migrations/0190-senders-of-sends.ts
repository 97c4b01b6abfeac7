import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, integer, nullable, text, withDefault } from './frozen/columns.ts'
import { addColumns, createTable, dropColumns, dropTables } from './frozen/table.ts'

/** Of tasks for which WeCom chooses who sends: who was expected to, who does, and whose day has a place for it. */
export class SendersOfSends1700000000190 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'send_sender',
      columns: [
        id(),
        integer('batch_id'),
        text('userid', 64),
        flag('expected'),
        withDefault(flag('chosen'), 0),
        withDefault(integer('room'), 0),
        nullable(text('counted_on', 10)),
        nullable(instant('read_at')),
        nullable(instant('confirmed_at')),
      ],
      unique: [['batch_id', 'userid']],
      indices: [['userid']],
    })
    await addColumns(runner, 'send_batch', [nullable(instant('withdrawn_at'))])
    await addColumns(runner, 'send_recipient', [nullable(text('expected_userid', 64))])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'send_recipient', ['expected_userid'])
    await dropColumns(runner, 'send_batch', ['withdrawn_at'])
    await dropTables(runner, ['send_sender'])
  }
}
