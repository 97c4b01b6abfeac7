import type { SnapshotTable } from '../../core/db/snapshot-table.ts'

/** Versions that somebody may be half-way through. */
export const ruleTables: SnapshotTable[] = [{ table: 'rule_version' }]
