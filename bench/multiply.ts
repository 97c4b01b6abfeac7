import type { Db } from '../server/core/db/db.ts'

/** Makes each customer of a populated MariaDB `copies` customers with the same history, inside the database and on two connections:
 *  far faster than writing them one by one. The copies' ids are hashes, so customers who are alike do not lie side by side. */
export async function multiply(db: Db, copies: number, print: (line: string) => void): Promise<void> {
  const run = async (what: string, ...statements: string[]): Promise<void> => {
    const began = Date.now()
    for (const statement of statements) await db.source.query(statement)
    print(`  ${what} in ${((Date.now() - began) / 1000).toFixed(1)} s`)
  }
  await run(
    'ids',
    `CREATE TABLE bench_copy (old_id varchar(64) COLLATE utf8mb4_bin, copy_no int, new_id varchar(64) COLLATE utf8mb4_bin PRIMARY KEY)
     SELECT c.external_userid AS old_id, s.seq AS copy_no,
            CONCAT('wmBench', LEFT(MD5(CONCAT(s.seq, c.external_userid)), 25)) AS new_id
     FROM customer c JOIN seq_1_to_${copies - 1} s WHERE c.external_userid LIKE 'wmBench%' ORDER BY new_id`,
  )
  /** Read from a copy of its rows: out of the table itself MariaDB would first write all into a temporary one. */
  const copy = async (
    table: string,
    { key, from, changed }: { key: string; from: string; changed: Record<string, string> },
  ): Promise<void> => {
    const rows = await db.source.query(
      `SELECT column_name AS name FROM information_schema.columns
       WHERE table_schema = DATABASE() AND table_name = ? ORDER BY ordinal_position`,
      [table],
    )
    const columns = new Map<string, string>((rows as { name: string }[]).map(({ name }) => [name, `t.${name}`]))
    if (changed.id === undefined) columns.delete('id')
    for (const [name, value] of Object.entries(changed)) columns.set(name, value)
    await run(
      table,
      `CREATE TABLE bench_of_${table} (KEY (${key})) SELECT * FROM ${table}`,
      `INSERT INTO ${table} (${[...columns.keys()].join(', ')}) SELECT ${[...columns.values()].join(', ')} FROM ${from}`,
      `DROP TABLE bench_of_${table}`,
      `ANALYZE TABLE ${table}`,
    )
  }
  /** In the order of the new ids. */
  const ofCustomer = (table: string, changed: Record<string, string> = {}, owner = 'external_userid'): Promise<void> =>
    copy(table, {
      key: owner,
      from: `bench_copy b STRAIGHT_JOIN bench_of_${table} t ON t.${owner} = b.old_id`,
      changed: { [owner]: 'b.new_id', ...changed },
    })
  const renamed = (column: string): string => `REPLACE(t.${column}, b.old_id, b.new_id)`

  const [last] = (await db.source.query('SELECT MAX(id) AS id FROM shop_order')) as { id: number }[]
  const step = Number(last?.id ?? 0) + 1
  const relations = async (): Promise<void> => {
    for (const table of ['customer', 'customer_source', 'follow', 'follow_tag']) await ofCustomer(table)
    await ofCustomer('chat_member', {}, 'member_id')
  }
  /** Orders in the order of their own ids. */
  const past = async (): Promise<void> => {
    await copy('shop_order_item', {
      key: 'shop_order_id',
      from: `seq_1_to_${copies - 1} s STRAIGHT_JOIN bench_of_shop_order_item t`,
      changed: { shop_order_id: `t.shop_order_id + s.seq * ${step}` },
    })
    await copy('shop_order', {
      key: 'external_userid',
      from: `seq_1_to_${copies - 1} s STRAIGHT_JOIN bench_of_shop_order t
             JOIN bench_copy b ON b.new_id = CONCAT('wmBench', LEFT(MD5(CONCAT(s.seq, t.external_userid)), 25))`,
      changed: {
        id: `t.id + s.seq * ${step}`,
        order_id: `REPLACE(t.order_id, 'bench-', CONCAT('bench-', s.seq, '-'))`,
        external_userid: 'b.new_id',
        given_external_userid: 'b.new_id',
      },
    })
    await ofCustomer('touch', { source_key: renamed('source_key') })
    await ofCustomer('sop_entry', { entry_key: renamed('entry_key') })
    await ofCustomer('welcome')
  }
  await Promise.all([relations(), past()])
  await run('ids forgotten', 'DROP TABLE bench_copy')
}
