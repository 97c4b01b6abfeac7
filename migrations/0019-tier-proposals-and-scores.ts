import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** What is proposed about levels and waits for a yes, who takes a place at which guide of a level, and the RFM scores. */
export class TierProposalsAndScores1700000000019 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await createTable(runner, {
      name: 'tier_proposal',
      columns: [
        id(),
        text('kind', 12),
        text('external_userid'),
        text('ladder', 40),
        text('from_level', 20),
        text('to_level', 20),
        text('state', 12),
        // While it stands, or was declined and the same would be proposed again: the database allows no second one.
        nullable(text('open_slot', 120)),
        // Of a hand-over: who shall take the customer; NULL while the guides of the level are full.
        nullable(text('to_userid')),
        nullable(text('task_key', 190)),
        nullable(integer('handover_id')),
        text('version', 12),
        longText('reason'),
        nullable(longText('outcome')),
        instant('proposed_at'),
        nullable(instant('settled_at')),
      ],
      unique: [['open_slot']],
      indices: [['state', 'id'], ['external_userid', 'id'], ['task_key']],
    })
    await createTable(runner, {
      name: 'tier_seat',
      columns: [id(), text('external_userid'), text('ladder', 40), text('level', 20), text('userid')],
      unique: [['external_userid', 'ladder']],
      indices: [['ladder', 'level', 'userid'], ['userid']],
    })
    // Whoever gives places at the guides of a level holds its row, so that two never give the same place.
    await createTable(runner, {
      name: 'tier_pool',
      columns: [id(), text('ladder', 40), text('level', 20)],
      unique: [['ladder', 'level']],
    })
    await createTable(runner, {
      name: 'customer_score',
      columns: [id(), text('external_userid'), integer('r'), integer('f'), integer('m')],
      unique: [['external_userid']],
    })
    await createTable(runner, {
      name: 'score_run',
      columns: [
        id(),
        text('name', 20),
        instant('due_at'),
        text('after_userid'),
        nullable(longText('cuts')),
        nullable(instant('counted_at')),
      ],
      unique: [['name']],
    })
  }

  async down(runner: QueryRunner): Promise<void> {
    await dropTables(runner, ['score_run', 'customer_score', 'tier_pool', 'tier_seat', 'tier_proposal'])
  }
}
