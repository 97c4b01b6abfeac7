import { type MigrationInterface, type QueryRunner, TableIndex } from 'typeorm'

const index = (columns: string[]): TableIndex =>
  new TableIndex({ name: `ix_follow_tag_${columns.join('_')}`, columnNames: columns })

/** Tags are asked for by customer or by guide and tag. Guide first: customers are read guide by guide, and one page of them
 *  then touches a few pages of this index instead of one for each tag. */
export class TagsByGuide1700000000024 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.createIndex('follow_tag', index(['userid', 'tag_id', 'external_userid']))
    await runner.dropIndex('follow_tag', 'ix_follow_tag_tag_id_external_userid')
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.createIndex('follow_tag', index(['tag_id', 'external_userid']))
    await runner.dropIndex('follow_tag', 'ix_follow_tag_userid_tag_id_external_userid')
  }
}
