import { migrations } from '../migrations/index.ts'
import { facts } from '../server/capabilities/facts.ts'
import { VOCABULARY } from '../server/capabilities/vocabulary.ts'
import { createDb, type Db } from '../server/core/db/db.ts'
import { pick, raw, sql } from '../server/core/db/sql.ts'
import type { SqlValue } from '../server/core/db/tx.ts'
import { DAY_MS, startOfShanghaiDay } from '../server/core/kernel/shanghai.ts'
import { CORP_TAG } from '../server/records/tags/tag-tables.ts'
import { conditionOf } from '../server/rules/condition/parse-condition.ts'
import { createTestDatabase } from '../server/testing/test-database.ts'
import { multiply } from './multiply.ts'
import { populate } from './populate.ts'
import { median, type Report } from './report.ts'

export interface AudienceOptions {
  /** Written one by one; each becomes this many. */
  customers: number
  copies: number
  rounds: number
  mysql: string
}

const CHANNELS = ['包裹卡', '门店物料']
/** Friends from two channels with a tag, who bought twice or more, the last time a month ago or longer. */
const conditionWith = (tag: string) =>
  conditionOf(
    {
      'follow.active': true,
      channel: { in: CHANNELS },
      tags: { any: [tag] },
      'orders.paid.count': { gte: 2 },
      'orders.paid.daysSinceLast': { gte: 30 },
    },
    VOCABULARY.facts,
  )
const PAGE = 1_000
const print = (line: string): void => void process.stdout.write(`${line}\n`)

/** How many customers meet five conditions, and the first thousand of them, beside SQL that somebody wrote by hand for
 *  this one question. */
export async function benchAudience(options: AudienceOptions, report: Report): Promise<void> {
  const database = await createTestDatabase(options.mysql)
  // One statement of the filling takes minutes.
  const db = createDb(database.url, migrations, { silenceMs: 60 * 60_000 })
  try {
    await db.migrate()
    print(`\nfilling mariadb with ${options.customers * options.copies} customers`)
    await addTags(db)
    const without = ['customer_source', 'welcome', 'timeline']
    await populate(db, { customers: options.customers, guides: [], without, print })
    await multiply(db, options.copies, print)
    await measureAudience(db, { ...options, tagId: 'etBench3' }, report)
  } finally {
    await db.close()
    await database.drop()
  }
}

/** What `populate` gives customers. */
export const addTags = (db: Db): Promise<number> =>
  db.tx((tx) =>
    tx.insertIgnore(
      CORP_TAG,
      Array.from({ length: 20 }, (_, n) => tagRow(n)),
    ),
  )

const tagRow = (n: number) => ({
  tag_id: `etBench${n}`,
  group_id: 'egBench',
  group_name: '口味',
  tag_name: `口味${n}`,
  path: `口味/口味${n}`,
  seen_at: 0,
})

export async function measureAudience(
  db: Db,
  {
    customers,
    copies,
    rounds,
    tagId,
  }: Pick<AudienceOptions, 'customers' | 'copies' | 'rounds'> & {
    /** Which tag is asked for. */
    tagId: string
  },
  report: Report,
): Promise<void> {
  const now = Date.now()
  const tag = await db.tx((tx) =>
    tx.row(sql`SELECT ${pick(CORP_TAG, 'path')} FROM ${CORP_TAG} WHERE ${CORP_TAG.tag_id} = ${tagId}`),
  )
  const condition = conditionWith(tag?.path ?? '')
  const byHand = (select: string): string =>
    `SELECT ${select} FROM (
       SELECT external_userid FROM shop_order WHERE status = 'paid' AND external_userid IS NOT NULL
       GROUP BY external_userid HAVING COUNT(*) >= 2 AND MAX(paid_at) < ?
     ) o JOIN customer c ON c.external_userid = o.external_userid
     WHERE c.first_channel IN (?, ?)
       AND EXISTS (SELECT 1 FROM follow f WHERE f.external_userid = c.external_userid AND f.active = 1)
       AND EXISTS (SELECT 1 FROM follow_tag t WHERE t.external_userid = c.external_userid AND t.tag_id = ?)`
  const params: SqlValue[] = [startOfShanghaiDay(now) - 29 * DAY_MS, ...CHANNELS, tagId]
  const questions = {
    count: {
      ours: () => db.tx(async (tx) => String(await facts.count(tx, condition, now))),
      theirs: () => db.tx(async (tx) => String((await tx.row(raw<{ n: number }>(byHand('COUNT(*) AS n'), params)))?.n)),
    },
    'first page': {
      ours: () => db.tx(async (tx) => (await facts.audience(tx, condition, now, { limit: PAGE })).join()),
      theirs: () =>
        db.tx(async (tx) => {
          const page = `${byHand('c.external_userid AS id')} ORDER BY c.external_userid LIMIT ${PAGE}`
          return (await tx.rows(raw<{ id: string }>(page, params))).map((row) => row.id).join()
        }),
    },
  }
  const [buffer] = (await db.source.query('SELECT @@innodb_buffer_pool_size AS bytes')) as { bytes: string }[]
  for (const [what, { ours, theirs }] of Object.entries(questions)) {
    const took = { ours: [] as number[], theirs: [] as number[] }
    let isSame = true
    let answer = ''
    for (let round = 0; round <= rounds; round++) {
      const hand = await timed(theirs)
      const own = await timed(ours)
      isSame &&= hand.value === own.value
      answer = own.value
      // The first round warms the database.
      if (round === 0) continue
      took.theirs.push(hand.ms)
      took.ours.push(own.ms)
    }
    const found = what === 'count' ? `${answer} found` : `${answer.split(',').length} on the page`
    report.add(`audience mariadb, ${what}`, {
      figure: `${median(took.ours).toFixed(0)} ms`,
      limit: `${median(took.theirs).toFixed(0)} ms`,
      ratio: median(took.theirs) / median(took.ours),
      aim: '≤ 1 s for 2,000,000 customers',
      note: `${customers * copies} customers, ${found}, median of ${rounds}; buffer pool ${Math.round(Number(buffer?.bytes) / 2 ** 20)} MB; ${isSame ? 'both gave the same' : 'THE ANSWERS DIFFER'}`,
    })
  }
}

async function timed<Value>(work: () => Promise<Value>): Promise<{ value: Value; ms: number }> {
  const began = performance.now()
  const value = await work()
  return { value, ms: performance.now() - began }
}
