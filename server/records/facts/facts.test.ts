import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { migrations } from '../../../migrations/index.ts'
import { flag, integer, nullable, primary, text } from '../../core/db/columns.ts'
import { createDb, type Db } from '../../core/db/db.ts'
import { type Column, defineTable, leftOut } from '../../core/db/define-table.ts'
import { ofNobody } from '../../core/db/personal-data.ts'
import { list, raw, select, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { conditionOf } from '../../rules/condition/parse-condition.ts'
import { createTestDatabase } from '../../testing/test-database.ts'
import { createFacts } from './facts.ts'

const NOW = Date.parse('2026-11-22T10:00:00+08:00')

const PERSON = defineTable(
  'person',
  {
    external_userid: primary(text(20)),
    visits: nullable(integer()),
    friend: nullable(flag()),
    tag: nullable(text(20)),
  },
  { personal: ofNobody('a test'), snapshot: leftOut('a test') },
)

async function load<T>(tx: Tx, ids: string[], column: Column<T>) {
  const value = select({ id: PERSON.external_userid, value: column })
  const rows = await tx.rows(sql`SELECT ${value} FROM ${PERSON} WHERE ${PERSON.external_userid} IN ${list(ids)}`)
  return new Map(rows.map((row) => [row.id, row.value ?? undefined]))
}

const FACTS: Fact[] = [
  {
    path: 'visits',
    type: 'number',
    zh: '到店次数',
    load: (tx, ids) => load(tx, ids, PERSON.visits),
    sql: () => ({ text: 'c.visits', params: [] }),
  },
  {
    path: 'friend',
    type: 'flag',
    zh: '是好友',
    load: (tx, ids) => load(tx, ids, PERSON.friend),
    sql: () => ({ text: 'c.friend', params: [] }),
  },
  {
    path: 'tags',
    type: 'set',
    zh: '标签',
    load: async (tx, ids) =>
      new Map([...(await load(tx, ids, PERSON.tag))].map(([id, tag]) => [id, tag === undefined ? [] : [tag]])),
    sql: () => ({ text: 'c.tag = :member OR c.tag = ?', params: ['everybody'] }),
  },
]

let db: Db
let drop: () => Promise<void>
beforeAll(async () => {
  const database = await createTestDatabase()
  drop = database.drop
  db = createDb(database.url, migrations)
  await db.tx(async (tx) => {
    await tx.run(
      raw('CREATE TABLE person (external_userid varchar(20) PRIMARY KEY, visits int, friend int, tag varchar(20))'),
    )
    for (let i = 0; i < 25; i++) {
      const row = {
        external_userid: `wm${String(i).padStart(2, '0')}`,
        visits: i,
        friend: i % 2,
        tag: i < 3 ? 'vip' : 'x',
      }
      await tx.insert(PERSON, row)
    }
    await tx.insert(PERSON, { external_userid: 'wm99', visits: null, friend: null, tag: null })
  })
})
afterAll(async () => {
  await db.close()
  await drop()
})

const facts = () => createFacts({ list: FACTS, base: PERSON })

describe('facts of customers', () => {
  it('have the types that rules compare with, and every customer asked for has an entry', async () => {
    const found = await db.tx((tx) => facts().of(tx, ['wm01', 'wm99', 'stranger', 'wm01'], NOW))
    expect([...found].map(([id, values]) => [id, Object.fromEntries(values)])).toEqual([
      ['wm01', { visits: 1, friend: true, tags: ['vip'] }],
      ['wm99', { visits: undefined, friend: undefined, tags: [] }],
      ['stranger', { visits: undefined, friend: undefined, tags: [] }],
    ])
  })

  it('are loaded one by one when only some are asked for', async () => {
    const found = await db.tx((tx) => facts().of(tx, ['wm02'], NOW, ['visits']))
    expect([...(found.get('wm02')?.keys() ?? [])]).toEqual(['visits'])
    expect(await db.tx((tx) => facts().of(tx, [], NOW))).toEqual(new Map())
  })
})

describe('an audience', () => {
  it('comes page after page, everybody once, and can be counted', async () => {
    const condition = conditionOf({ visits: { gte: 4 }, friend: true }, FACTS)
    const pages: string[][] = []
    for (let after: string | undefined; pages.length < 10; after = pages.at(-1)?.at(-1)) {
      const page = await db.tx((tx) => facts().audience(tx, condition, NOW, { limit: 4, ...(after ? { after } : {}) }))
      if (page.length === 0) break
      pages.push(page)
    }
    expect(pages).toEqual([
      ['wm05', 'wm07', 'wm09', 'wm11'],
      ['wm13', 'wm15', 'wm17', 'wm19'],
      ['wm21', 'wm23'],
    ])
    expect(await db.tx((tx) => facts().count(tx, condition, NOW))).toBe(10)
  })

  it('keeps a fact whose SQL is a choice apart from what stands around it', async () => {
    const condition = conditionOf({ tags: { any: ['vip'] } }, FACTS)
    expect(await db.tx((tx) => facts().audience(tx, condition, NOW, { limit: 10, after: 'wm00' }))).toEqual([
      'wm01',
      'wm02',
    ])
  })
})

it('a fact that two capabilities offer is refused by its name', () => {
  expect(() => createFacts({ list: [...FACTS, ...FACTS.slice(0, 1)], base: PERSON })).toThrow('offered twice: visits')
})
