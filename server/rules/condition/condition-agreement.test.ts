import fc from 'fast-check'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { migrations } from '../../../migrations/index.ts'
import { text as column, flag, integer, nullable, primary } from '../../core/db/columns.ts'
import { createDb, type Db } from '../../core/db/db.ts'
import { defineTable, leftOut } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'
import { raw } from '../../core/db/sql.ts'
import type { SqlValue } from '../../core/db/tx.ts'
import { randomCondition } from '../../testing/random-condition.ts'
import { createTestDatabase } from '../../testing/test-database.ts'
import { conditionSql } from './condition-sql.ts'
import type { Fact, FactType, FactValue } from './fact.ts'
import { holds } from './holds.ts'

/** The one promise everything rests on: what a rule says about one customer in memory and about all customers in SQL is
 *  the same, on both databases (`TEST_MYSQL_URL` chooses). Random conditions over random people, with a table and facts of this test's own. */

const NOW = Date.parse('2026-03-01T10:00:00+08:00')

/** Chosen to hurt: trailing spaces, case, look-alikes, quotes, marks, wildcards, emoji. */
const TEXTS = ['包裹卡', '包裹卡 ', 'live', 'LIVE', 'é', 'é', "o'k?", 'a_b', 'a%b', '🥩', '🥩🥩', ':now']
const TAGS = ['来源/包裹卡', '生命周期/新客', 'VIP', 'vip', "牛'排"]
const NUMBERS = [-1, 0, 1, 2, 9_900, 200_000, 9_007_199_254_740_991]

const fact = (path: string, type: FactType, text: string, params: SqlValue[] = []): Fact => ({
  path,
  type,
  zh: path,
  load: async () => new Map(),
  sql: () => ({ text, params }),
})

const FACTS = new Map(
  [
    fact('visits', 'number', 'c.visits'),
    fact('spent', 'money', 'c.spent'),
    // A subquery with marks of its own, in front of and after the instant.
    fact(
      'age',
      'number',
      `SELECT x.visits + ? FROM person x WHERE x.external_userid = c.external_userid AND :now > ?`,
      [5, 17],
    ),
    fact('source', 'text', 'c.source'),
    fact('friend', 'flag', 'c.friend'),
    fact(
      'tags',
      'set',
      `EXISTS (SELECT 1 FROM person_tag t WHERE t.external_userid = c.external_userid AND t.tag = :member AND ':now' = ':now')`,
    ),
  ].map((one) => [one.path, one]),
)

interface Person {
  visits: number | undefined
  spent: number | undefined
  source: string | undefined
  friend: boolean | undefined
  tags: string[]
}

const optional = <T>(values: T[]) => fc.option(fc.constantFrom(...values), { nil: undefined, freq: 3 })
const person: fc.Arbitrary<Person> = fc.record({
  visits: optional(NUMBERS.slice(0, 5)),
  spent: optional(NUMBERS),
  source: optional(TEXTS),
  friend: optional([true, false]),
  tags: fc.uniqueArray(fc.constantFrom(...TAGS)),
})

const condition = randomCondition([...FACTS.values()], {
  number: [...NUMBERS.slice(0, 5), 4, 5, 6],
  money: NUMBERS,
  text: TEXTS,
  set: TAGS,
})

const factsOf = (one: Person): Map<string, FactValue> =>
  new Map<string, FactValue>([...Object.entries(one), ['age', one.visits === undefined ? undefined : one.visits + 5]])

const here = { personal: ofNobody('a test'), snapshot: leftOut('a table of this test') }
const PERSON = defineTable(
  'person',
  {
    external_userid: primary(column()),
    visits: nullable(integer()),
    spent: nullable(integer()),
    source: nullable(column()),
    friend: nullable(flag()),
  },
  here,
)
const PERSON_TAG = defineTable('person_tag', { external_userid: column(), tag: column() }, here)

let db: Db
let drop: () => Promise<void>
beforeAll(async () => {
  const database = await createTestDatabase()
  drop = database.drop
  db = createDb(database.url, migrations)
  const text = db.dialect === 'sqlite' ? 'varchar(64)' : 'varchar(64) CHARACTER SET utf8mb4 COLLATE utf8mb4_bin'
  await db.tx(async (tx) => {
    await tx.run(
      raw(
        `CREATE TABLE person (external_userid ${text} PRIMARY KEY, visits bigint, spent bigint, source ${text}, friend int)`,
      ),
    )
    await tx.run(raw(`CREATE TABLE person_tag (external_userid ${text}, tag ${text})`))
  })
})
afterAll(async () => {
  await db.close()
  await drop()
})

it('SQL selects exactly the people for whom the condition holds in memory', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(person, { maxLength: 12 }),
      fc.array(condition, { minLength: 8, maxLength: 8 }),
      async (people, conditions) => {
        await db.tx(async (tx) => {
          await tx.run(raw('DELETE FROM person'))
          await tx.run(raw('DELETE FROM person_tag'))
          const ids = people.map((_, index) => `wm${String(index).padStart(2, '0')}`)
          for (const [index, one] of people.entries()) {
            const id = ids[index] ?? ''
            await tx.insert(PERSON, {
              external_userid: id,
              visits: one.visits ?? null,
              spent: one.spent ?? null,
              source: one.source ?? null,
              friend: one.friend === undefined ? null : Number(one.friend),
            })
            await tx.insertIgnore(
              PERSON_TAG,
              one.tags.map((tag) => ({ external_userid: id, tag })),
            )
          }
          for (const asked of conditions) {
            const { text, params } = conditionSql(asked, FACTS, NOW)
            const rows = await tx.rows(
              raw<{ external_userid: string }>(
                `SELECT c.external_userid AS external_userid FROM person c WHERE ${text} ORDER BY c.external_userid`,
                params,
              ),
            )
            const expected = ids.filter((_, index) => {
              const one = people[index]
              return one !== undefined && holds(asked, factsOf(one))
            })
            expect(
              rows.map((row) => row.external_userid),
              JSON.stringify(asked),
            ).toEqual(expected)
          }
        })
      },
    ),
    { numRuns: Number(process.env.FC_RUNS ?? 150) },
  )
})
