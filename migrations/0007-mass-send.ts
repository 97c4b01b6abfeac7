import type { MigrationInterface, QueryRunner } from 'typeorm'
import { flag, id, instant, integer, longText, nullable, primary, text, withDefault } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Scheduled sends: when each is next due, its runs, one batch per platform task, one recipient per customer. */
export class MassSend1700000000007 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'send_schedule',
      columns: [primary(text('send_name', 60)), text('timing', 120), nullable(instant('next_at'))],
      indices: [['next_at']],
    })
    await createTable(runner, {
      name: 'send_run',
      columns: [
        id(),
        text('send_name', 60),
        instant('scheduled_at'),
        text('rule_version', 12),
        longText('rule_json'),
        text('state', 12),
        instant('planned_at'),
        withDefault(text('audience_after'), ''),
        nullable(longText('remark')),
        nullable(instant('finished_at')),
      ],
      unique: [['send_name', 'scheduled_at']],
      indices: [['state', 'id']],
    })
    await createTable(runner, {
      name: 'send_batch',
      columns: [
        id(),
        integer('run_id'),
        text('userid'),
        integer('chunk'),
        withDefault(integer('size'), 0),
        text('state', 12),
        nullable(text('msgid', 120)),
        nullable(longText('body_text')),
        nullable(instant('started_at')),
        nullable(instant('created_at')),
        nullable(instant('confirmed_at')),
        nullable(instant('progress_at')),
        nullable(instant('poll_at')),
        nullable(instant('remind_at')),
        nullable(instant('reminded_at')),
        nullable(longText('last_error')),
      ],
      unique: [['run_id', 'userid', 'chunk'], ['msgid']],
      indices: [
        ['state', 'poll_at'],
        ['state', 'remind_at'],
      ],
    })
    await createTable(runner, {
      name: 'send_recipient',
      columns: [
        id(),
        integer('run_id'),
        text('external_userid'),
        nullable(integer('batch_id')),
        nullable(text('userid')),
        text('outcome', 16),
        nullable(longText('reason')),
        nullable(instant('outcome_at')),
        withDefault(flag('note_due'), 0),
      ],
      unique: [['run_id', 'external_userid']],
      indices: [
        ['batch_id', 'outcome'],
        ['external_userid', 'outcome', 'outcome_at'],
        ['note_due', 'id'],
      ],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['send_recipient', 'send_batch', 'send_run', 'send_schedule'])
  }
}
