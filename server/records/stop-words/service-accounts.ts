import { list, pick, sql } from '../../core/db/sql.ts'
import type { ReadTx } from '../../core/db/tx.ts'
import { SERVICE_ACCOUNT as a } from './stop-word-tables.ts'

/** Those of these accounts that could not be read the last time, each with why in Chinese. */
export const unreadAccounts = (tx: ReadTx, accounts: readonly string[]) =>
  tx.rows(
    sql`SELECT ${pick(a, 'open_kfid', 'trouble')} FROM ${a}
        WHERE ${a.open_kfid} IN ${list(accounts)} AND ${a.trouble} IS NOT NULL ORDER BY ${a.open_kfid}`,
  )
