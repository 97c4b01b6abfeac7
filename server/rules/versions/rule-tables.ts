import type { KeptTable } from '../../core/db/kept-table.ts'

/** Versions that somebody may be half-way through. */
export const ruleTables: KeptTable[] = [{ table: 'rule_version' }]
