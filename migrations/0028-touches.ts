import type { MigrationInterface, QueryRunner } from 'typeorm'
import { renameTable } from './frozen/table.ts'

const KEYS = { unique: [['source_key']], indices: [['external_userid', 'at']] }

/** What was sent to customers is called touches: WeCom calls the customers themselves contacts. */
export class Touches1700000000028 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return renameTable(runner, 'contact', 'touch', KEYS)
  }

  down(runner: QueryRunner): Promise<void> {
    return renameTable(runner, 'touch', 'contact', KEYS)
  }
}
