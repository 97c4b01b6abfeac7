import type { MigrationInterface, QueryRunner } from 'typeorm'
import { id, instant, integer, longText, nullable, primary, text } from './frozen/columns.ts'
import { createTable, dropTables } from './frozen/table.ts'

/** Who did and saw what: notes that wait for their place, the chain, what is personal beside it, and its two ends. */
export class Audit1700000000035 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    const said = [instant('at'), text('actor', 100), text('actor_kind', 12), text('origin', 100), text('what', 60)]
    await createTable(runner, {
      name: 'audit_note',
      columns: [id(), ...said, nullable(text('customer')), longText('body'), nullable(text('once'))],
      unique: [['once']],
      indices: [['customer']],
    })
    await createTable(runner, {
      name: 'audit_entry',
      columns: [
        primary(integer('seq')),
        ...said,
        nullable(text('subject')),
        text('detail_hash'),
        nullable(text('once')),
        text('prev'),
        text('hash'),
        text('key_id', 8),
      ],
      unique: [['once']],
      indices: [['at'], ['subject']],
    })
    await createTable(runner, {
      name: 'audit_detail',
      columns: [
        primary(integer('seq')),
        nullable(text('customer')),
        nullable(text('salt', 32)),
        nullable(longText('body')),
      ],
      indices: [['customer']],
    })
    await createTable(runner, {
      name: 'audit_mark',
      columns: [
        primary(text('name', 10)),
        integer('seq'),
        text('hash'),
        instant('at'),
        text('key_id', 8),
        text('seal'),
      ],
    })
  }

  down(runner: QueryRunner): Promise<void> {
    return dropTables(runner, ['audit_mark', 'audit_detail', 'audit_entry', 'audit_note'])
  }
}
