import { leftOut, type RowOf } from '../../core/db/define-table.ts'
import { list, pick, type Sql, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { groupBy } from '../../core/kernel/group-by.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { Catalogue } from '../../rules/book/catalogue.ts'
import type { RuleBook, RuleBookHolder } from '../../rules/book/rule-book.ts'
import { isNewestBook } from '../../rules/versions/rule-version-store.ts'
import { SHOP_ORDER_ITEM } from './order-tables.ts'

type Item = RowOf<typeof SHOP_ORDER_ITEM>
export type ItemLabels = Pick<Item, 'catalog_category' | 'role' | 'labelled_by'>

const i = SHOP_ORDER_ITEM
const PAGE = 500
/** Ends before the job's lease does; a minute later it goes on. */
const BUDGET_MS = 5 * MINUTE_MS

/** What is kept of a line by products.yaml. */
export function labelsOf(item: Pick<Item, 'sku' | 'name'>, catalogue: Catalogue | undefined): ItemLabels {
  const label = catalogue?.labelOf(item)
  return {
    catalog_category: label?.category ?? null,
    role: label?.role ?? null,
    labelled_by: catalogue?.version ?? null,
  }
}

/** Labelled by another version of the catalogue, or not yet; two ranges of one index. */
const isOld = (version: string | undefined): Sql =>
  version === undefined
    ? sql`${i.labelled_by} IS NOT NULL`
    : sql`(${i.labelled_by} IS NULL OR ${i.labelled_by} < ${version} OR ${i.labelled_by} > ${version})`

/** Some lines; how many. While files are rolled out two processes know different goods: only who goes by the newest files looks up
 *  again what the other has labelled. */
async function labelPage(tx: Tx, book: Pick<RuleBook, 'version' | 'catalogue'>): Promise<number> {
  const { catalogue } = book
  const items = await tx.rows(
    sql`SELECT ${pick(i, 'id', 'sku', 'name')} FROM ${i} WHERE ${isOld(catalogue.version)} LIMIT ${PAGE}`,
  )
  if (items.length === 0 || !(await isNewestBook(tx, book))) return 0
  const alike = groupBy(items, (item) => JSON.stringify(labelsOf(item, catalogue)))
  for (const [, [first, ...more]] of alike) {
    if (first === undefined) continue
    const ids = [first, ...more].map(({ id }) => id)
    await tx.run(sql`UPDATE ${i} SET ${set(i, labelsOf(first, catalogue))} WHERE ${i.id} IN ${list(ids)}`)
  }
  return items.length
}

/** After products.yaml has changed, all lines that were sold before are looked up anew; also those that a command brought in. */
export function createLabelItems({
  db,
  clock,
  rules,
}: {
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
  clock: { now(): number }
  rules: Pick<RuleBookHolder, 'current'>
}): Job {
  return {
    name: 'orders.label-items',
    everyMs: MINUTE_MS,
    dueAt: leftOut('a rehearsal looks goods up as they are labelled now'),
    run: async () => {
      const until = clock.now() + BUDGET_MS
      const book = rules.current()
      while (clock.now() <= until && (await db.tx((tx) => labelPage(tx, book))) === PAGE);
    },
  }
}
