import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { JOB_RUN } from '../../engine/jobs/job-tables.ts'
import { countStatements } from '../../testing/count-statements.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { pick, sql } from './sql.ts'
import type { Tx } from './tx.ts'

let kit: TestKit
beforeAll(async () => {
  kit = await createTestKit()
})
beforeEach(() => kit.db.tx((tx) => tx.run(sql`DELETE FROM ${JOB_RUN}`)))
afterAll(() => kit.close())

const put = (tx: Tx, ...rows: [name: string, nextAt: number][]): Promise<void> =>
  tx.insertLater(
    JOB_RUN,
    rows.map(([name, next_at]) => ({ name, next_at })),
  )
const standing = async (tx: Tx): Promise<string[]> => {
  const rows = await tx.rows(sql`SELECT ${pick(JOB_RUN, 'name', 'next_at')} FROM ${JOB_RUN} ORDER BY ${JOB_RUN.name}`)
  return rows.map(({ name, next_at }) => `${name} ${next_at}`)
}

describe('what is put in later', () => {
  it('goes in with the commit, all in one statement, and leaves known rows as they are', async () => {
    await kit.db.tx((tx) => tx.insert(JOB_RUN, { name: 'b', next_at: 7 }))
    const { total } = await countStatements(kit.db, () =>
      kit.db.tx(async (tx) => {
        await put(tx, ['a', 1])
        await put(tx, ['b', 2], ['c', 3])
        expect(tx.isToCome(JOB_RUN)).toBe(true)
      }),
    )
    expect(total).toBe(3)
    expect(await kit.db.tx(standing)).toEqual(['a 1', 'b 7', 'c 3'])
  })

  it('is there for whoever asks its table, changes it, or inserts the same', async () => {
    await kit.db.tx(async (tx) => {
      await put(tx, ['a', 1])
      expect(await standing(tx)).toEqual(['a 1'])
      await put(tx, ['b', 2])
      expect(await standing(tx)).toEqual(['a 1', 'b 2'])
      await put(tx, ['c', 3])
      expect(await tx.run(sql`UPDATE ${JOB_RUN} SET ${JOB_RUN.next_at} = 9 WHERE ${JOB_RUN.name} = 'c'`)).toBe(1)
      await put(tx, ['d', 4])
      expect(await tx.insertIgnore(JOB_RUN, [{ name: 'd', next_at: 5 }])).toBe(0)
      await put(tx, ['e', 5])
      expect(await tx.insertIgnore(JOB_RUN, [{ name: 'f', next_at: 6 }])).toBe(1)
      await tx.upsert(JOB_RUN, [{ name: 'e', next_at: 8 }], ['name'])
    })
    expect(await kit.db.tx(standing)).toEqual(['a 1', 'b 2', 'c 9', 'd 4', 'e 8', 'f 6'])
  })

  it('adds up, and overwrites in the order in which it was said', async () => {
    const { total } = await countStatements(kit.db, () =>
      kit.db.tx(async (tx) => {
        for (const next_at of [1, 2, 3])
          await tx.increaseLater(JOB_RUN, [{ name: 'sum', next_at }], ['name'], 'next_at')
      }),
    )
    expect(total).toBe(3)
    await kit.db.tx(async (tx) => {
      for (const next_at of [1, 2, 3]) await tx.upsertLater(JOB_RUN, [{ name: 'last', next_at }], ['name'])
      await tx.increaseLater(JOB_RUN, [{ name: 'last', next_at: 10 }], ['name'], 'next_at')
    })
    expect(await kit.db.tx(standing)).toEqual(['last 13', 'sum 6'])
  })

  it('is undone with the work that it belongs to, and only with that', async () => {
    await kit.db.tx(async (tx) => {
      await put(tx, ['before', 1])
      await tx
        .savepoint(async () => {
          await put(tx, ['undone', 2])
          throw new Error('boom')
        })
        .catch(() => undefined)
      await tx.savepoint(() => put(tx, ['kept', 3]))
      await put(tx, ['after', 4])
    })
    expect(await kit.db.tx(standing)).toEqual(['after 4', 'before 1', 'kept 3'])
    await kit.db
      .tx(async (tx) => {
        await put(tx, ['never', 5])
        throw new Error('boom')
      })
      .catch(() => undefined)
    expect(await kit.db.tx(standing)).toHaveLength(3)
  })

  it('goes in at once where a statement is a commit of its own, and together for work side by side', async () => {
    await kit.db.statement(async (tx) => {
      await put(tx, ['a', 1])
      expect(tx.isToCome(JOB_RUN)).toBe(false)
    })
    const { total } = await countStatements(kit.db, () =>
      kit.db.tx((tx) => tx.sideBySide(['b', 'c', 'd'].map((name, nth) => (own) => put(own, [name, nth])))),
    )
    expect(total).toBe(3)
    expect(await kit.db.tx(standing)).toEqual(['a 1', 'b 0', 'c 1', 'd 2'])
  })
})
