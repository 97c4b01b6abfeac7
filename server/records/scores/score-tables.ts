import type { KeptTable } from '../../core/db/kept-table.ts'

export const scoreTables: KeptTable[] = [
  { table: 'customer_score', key: 'id', of: 'external_userid' },
  { table: 'score_run', key: 'id' },
]
