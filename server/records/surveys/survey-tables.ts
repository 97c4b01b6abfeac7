import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const surveyTables: SnapshotTable[] = [
  { table: 'survey_response', key: 'id', of: 'external_userid' },
  {
    table: 'survey_answer',
    key: 'id',
    through: { column: 'survey_response_id', table: 'survey_response', of: 'external_userid' },
  },
]
