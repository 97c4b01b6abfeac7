import type { MigrationInterface, QueryRunner } from 'typeorm'
import { nullable, text } from './frozen/columns.ts'
import { addColumns, dropColumns } from './frozen/table.ts'

/** What was searched for in the shop, and by which way in people came. */
export class WordsAndScenesOfVisits1700000000088 implements MigrationInterface {
  up(runner: QueryRunner): Promise<void> {
    return addColumns(runner, 'shop_visit', [nullable(text('keyword', 100)), nullable(text('scene', 100))])
  }

  down(runner: QueryRunner): Promise<void> {
    return dropColumns(runner, 'shop_visit', ['keyword', 'scene'])
  }
}
