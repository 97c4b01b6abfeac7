import type { Column } from './define-table.ts'
import { type Sql, sql } from './sql.ts'

/** Whether these words stand anywhere in it, in small or large letters; each sign stands for itself. */
export const contains = (column: Column<string> | Column<string | null>, words: string): Sql =>
  sql`LOWER(${column}) LIKE ${`%${words.toLowerCase().replaceAll(/[!%_]/g, '!$&')}%`} ESCAPE '!'`
