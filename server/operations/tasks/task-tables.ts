import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

export const taskTables: SnapshotTable[] = [
  { table: 'guide_task', key: 'id', of: 'external_userid' },
  { table: 'task_notice', key: 'userid' },
  { table: 'task_deadline', key: 'id', through: { column: 'task_id', table: 'guide_task', of: 'external_userid' } },
  { table: 'task_day', key: 'id' },
  { table: 'staff_pace', key: 'userid' },
]
