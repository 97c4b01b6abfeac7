import type { Db } from '../../../core/db/db.ts'
import { raw } from '../../../core/db/sql.ts'

const TABLES = [
  'customer',
  'customer_phone',
  'customer_source',
  'follow',
  'follow_tag',
  'follow_tag_state',
  'corp_tag',
  'staff',
  'chat_group',
  'chat_member',
  'channel',
  'join_way',
  'timeline',
] as const

/** Counts every row written from now on in the tables of what we know, by triggers: a row written with the values it had
 *  counts, too. */
export async function countWrites(db: Db) {
  const names = TABLES.flatMap((table) => ['INSERT', 'UPDATE', 'DELETE'].map((verb) => ({ table, verb })))
  const nameOf = ({ table, verb }: (typeof names)[number]): string => `count_${verb.toLowerCase()}_${table}`
  await db.source.query(
    'CREATE TABLE test_write (id INTEGER PRIMARY KEY AUTO_INCREMENT, what VARCHAR(60))'.replace(
      'AUTO_INCREMENT',
      db.dialect === 'mysql' ? 'AUTO_INCREMENT' : 'AUTOINCREMENT',
    ),
  )
  for (const name of names) {
    const insert = `INSERT INTO test_write (what) VALUES ('${name.table}')`
    const body = db.dialect === 'mysql' ? insert : `BEGIN ${insert}; END`
    await db.source.query(`CREATE TRIGGER ${nameOf(name)} AFTER ${name.verb} ON ${name.table} FOR EACH ROW ${body}`)
  }
  return {
    counts: async (): Promise<Record<string, number>> => {
      const rows = await db.tx((tx) =>
        tx.rows(
          raw<{ what: string; n: number }>('SELECT what, COUNT(*) AS n FROM test_write GROUP BY what ORDER BY what'),
        ),
      )
      return Object.fromEntries(rows.map((row) => [row.what, Number(row.n)]))
    },
    stop: async (): Promise<void> => {
      for (const name of names) await db.source.query(`DROP TRIGGER ${nameOf(name)}`)
      await db.source.query('DROP TABLE test_write')
    },
  }
}
