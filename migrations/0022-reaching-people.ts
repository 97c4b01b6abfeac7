import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, primary, text, withDefault } from './frozen/columns.ts'
import { addColumns, addIndex, createTable, dropColumns, dropIndex, dropTables } from './frozen/table.ts'

/** What steps of journeys need to reach people: to-dos that wait for a free day, are told on or given to others; messages
 *  of a journey that wait to become one mass-send; the pace of app messages; how many starts led to an entry. */
export class ReachingPeople1700000000022 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await addColumns(runner, 'guide_task', [withDefault(integer('priority'), 50), nullable(instant('release_at'))])
    await addIndex(runner, 'guide_task', ['state', 'release_at'])
    await createTable(runner, {
      name: 'task_deadline',
      columns: [id(), integer('task_id'), text('what', 12), instant('due_at'), nullable(longText('recipients'))],
      unique: [['task_id', 'what']],
      indices: [['due_at', 'id']],
    })
    await createTable(runner, {
      name: 'task_day',
      columns: [id(), text('userid'), text('day', 10), integer('opened')],
      unique: [['userid', 'day']],
    })
    await createTable(runner, {
      name: 'staff_pace',
      columns: [primary(text('userid')), instant('next_at')],
    })
    await addColumns(runner, 'send_run', [nullable(text('ask_key', 190))])
    await addIndex(runner, 'send_run', ['ask_key'], { isUnique: true })
    await addColumns(runner, 'send_batch', [nullable(instant('give_up_at'))])
    await addIndex(runner, 'send_batch', ['state', 'give_up_at'])
    await createTable(runner, {
      name: 'sop_message',
      columns: [
        id(),
        integer('entry_id'),
        text('position', 60),
        text('sop', 40),
        text('version', 20),
        text('external_userid'),
        text('userid'),
        text('state', 12),
        text('batch_key', 190),
        instant('reached_at'),
        instant('close_at'),
      ],
      unique: [['entry_id', 'position']],
      indices: [
        ['state', 'close_at', 'id'],
        ['batch_key', 'external_userid'],
        ['sop', 'version', 'position', 'userid', 'state'],
        ['external_userid', 'state'],
      ],
    })
    await addColumns(runner, 'sop_entry', [withDefault(integer('start_chain'), 0)])
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropColumns(runner, 'sop_entry', ['start_chain'])
    await dropTables(runner, ['sop_message'])
    await dropIndex(runner, 'send_batch', ['state', 'give_up_at'])
    await dropColumns(runner, 'send_batch', ['give_up_at'])
    await dropIndex(runner, 'send_run', ['ask_key'])
    await dropColumns(runner, 'send_run', ['ask_key'])
    await dropTables(runner, ['staff_pace', 'task_day', 'task_deadline'])
    await dropIndex(runner, 'guide_task', ['state', 'release_at'])
    await dropColumns(runner, 'guide_task', ['release_at', 'priority'])
  }
}
