import type { KeptTable } from '../db/kept-table.ts'

/** Versions that somebody may be half-way through. */
export const ruleTables: KeptTable[] = [{ table: 'rule_version' }]
