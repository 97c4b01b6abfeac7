import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { INBOUND_EVENT } from '../../engine/inbox/event-tables.ts'
import { JOB_RUN } from '../../engine/jobs/job-tables.ts'
import { countStatements } from '../../testing/count-statements.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { NotSideBySide } from './side-by-side.ts'
import { lock, pick, set, sql } from './sql.ts'
import type { Tx } from './tx.ts'

let kit: TestKit
beforeAll(async () => {
  kit = await createTestKit()
})
beforeEach(() => kit.db.tx((tx) => tx.run(sql`DELETE FROM ${JOB_RUN}`)))
afterAll(() => kit.close())

const NAMES = ['a', 'b', 'c', 'd', 'e']
const find = (tx: Tx, name: string) =>
  tx.row(sql`SELECT ${pick(JOB_RUN, 'name', 'next_at')} FROM ${JOB_RUN} WHERE ${JOB_RUN.name} = ${name}`)
const all = () =>
  kit.db.tx((tx) => tx.rows(sql`SELECT ${pick(JOB_RUN, 'name', 'next_at')} FROM ${JOB_RUN} ORDER BY ${JOB_RUN.name}`))
const together = (work: (tx: Tx, name: string) => Promise<void>, names = NAMES): Promise<void> =>
  kit.db.tx((tx) => tx.sideBySide(names.map((name) => (own) => work(own, name))))

describe('pieces of work side by side', () => {
  it('find and write each their own, in a handful of statements', async () => {
    await kit.db.tx((tx) => tx.insert(JOB_RUN, { name: 'b', next_at: 7 }))
    const told: string[] = []
    const { total } = await countStatements(kit.db, () =>
      together(async (tx, name) => {
        const before = await find(tx, name)
        const added = await tx.insertIgnore(JOB_RUN, [{ name, next_at: 1 }])
        const after = await find(tx, name)
        told.push(`${name} ${before?.next_at} ${added} ${after?.next_at}`)
      }),
    )
    expect(told).toEqual(['a undefined 1 1', 'b 7 0 7', 'c undefined 1 1', 'd undefined 1 1', 'e undefined 1 1'])
    // MySQL does not say which of several rows it knew, and is asked before.
    expect(total).toBe(kit.db.dialect === 'mysql' ? 6 : 5)
  })

  it('keep the order and the end of each answer', async () => {
    await kit.db.tx((tx) =>
      tx.insertIgnore(
        JOB_RUN,
        ['a1', 'a2', 'a3', 'b1', 'b2'].map((name, at) => ({ name, next_at: at })),
      ),
    )
    const found = new Map<string, string[]>()
    await together(
      async (tx, name) => {
        const rows = await tx.rows(
          sql`SELECT ${pick(JOB_RUN, 'name')} FROM ${JOB_RUN} WHERE ${JOB_RUN.name} LIKE ${`${name}%`}
              ORDER BY ${JOB_RUN.next_at} DESC`,
        )
        const first = await tx.rows(
          sql`SELECT ${pick(JOB_RUN, 'name')} FROM ${JOB_RUN} WHERE ${JOB_RUN.name} LIKE ${`${name}%`}
              ORDER BY ${JOB_RUN.next_at} LIMIT 1`,
        )
        found.set(
          name,
          [...rows, ...first].map((row) => row.name),
        )
      },
      ['a', 'b', 'c'],
    )
    expect(Object.fromEntries(found)).toEqual({ a: ['a3', 'a2', 'a1', 'a1'], b: ['b2', 'b1', 'b1'], c: [] })
  })

  it('of a key that several insert, the first is told that it was new', async () => {
    const added: number[] = []
    await together(async (tx) => void added.push(await tx.insertIgnore(JOB_RUN, [{ name: 'same', next_at: 1 }])))
    expect(added).toEqual([1, 0, 0, 0, 0])
    expect(await all()).toEqual([{ name: 'same', next_at: 1 }])
  })

  it('who wants to hold what another holds waits until that one has ended, and then sees what it wrote', async () => {
    await kit.db.tx((tx) => tx.insert(JOB_RUN, { name: 'shared', next_at: 0 }))
    await together(async (tx) => {
      const held = await tx.row(
        sql`SELECT ${pick(JOB_RUN, 'next_at')} FROM ${JOB_RUN} WHERE ${JOB_RUN.name} = 'shared' ${lock()}`,
      )
      await tx.run(
        sql`UPDATE ${JOB_RUN} SET ${set(JOB_RUN, { next_at: (held?.next_at ?? 0) + 1 })} WHERE ${JOB_RUN.name} = 'shared'`,
      )
    })
    expect(await all()).toEqual([{ name: 'shared', next_at: 5 }])
  })

  it('those who wait for each other, and who undoes something of its own, are sent back', async () => {
    const hold = (tx: Tx, name: string) =>
      tx.row(sql`SELECT ${pick(JOB_RUN, 'name')} FROM ${JOB_RUN} WHERE ${JOB_RUN.name} = ${name} ${lock()}`)
    const crossed = together(
      async (tx, name) => {
        await hold(tx, name)
        await hold(tx, name === 'a' ? 'b' : 'a')
      },
      ['a', 'b'],
    )
    await expect(crossed).rejects.toBeInstanceOf(NotSideBySide)
    const undone = together((tx) => tx.savepoint(async () => undefined))
    await expect(undone).rejects.toBeInstanceOf(NotSideBySide)
  })

  it('one that fails undoes them all, and tells why', async () => {
    const failed = together(async (tx, name) => {
      await tx.insertIgnore(JOB_RUN, [{ name, next_at: 1 }])
      if (name === 'c') throw new Error('boom')
    })
    await expect(failed).rejects.toThrow('boom')
    expect(await all()).toEqual([])
  })
})

describe('what a transaction was told', () => {
  it('is asked once, until a table of it is written to', async () => {
    await kit.db.tx((tx) => tx.insert(JOB_RUN, { name: 'a', next_at: 1 }))
    const { total } = await countStatements(kit.db, () =>
      kit.db.tx(async (tx) => {
        expect((await find(tx, 'a'))?.next_at).toBe(1)
        expect((await find(tx, 'a'))?.next_at).toBe(1)
        await tx.insertIgnore(INBOUND_EVENT, [
          { dedupe_key: 'k', kind: 'k', lane: 0, payload: '', event_at: 0, received_at: 0, state: 'new', due_at: 0 },
        ])
        expect((await find(tx, 'a'))?.next_at).toBe(1)
        await tx.run(sql`UPDATE ${JOB_RUN} SET ${set(JOB_RUN, { next_at: 2 })} WHERE ${JOB_RUN.name} = 'a'`)
        expect((await find(tx, 'a'))?.next_at).toBe(2)
        await tx
          .savepoint(async () => {
            await tx.upsert(JOB_RUN, [{ name: 'a', next_at: 3 }], ['name'])
            expect((await find(tx, 'a'))?.next_at).toBe(3)
            throw new Error('undone')
          })
          .catch(() => undefined)
        expect((await find(tx, 'a'))?.next_at).toBe(2)
      }),
    )
    expect(total).toBe(12)
  })

  it('is not asked again by those side by side either, however many ask and whoever is new among them', async () => {
    const many = Array.from({ length: 60 }, (_, nth) => `name-${nth}`)
    await kit.db.tx((tx) => tx.insertIgnore(JOB_RUN, [{ name: 'name-7', next_at: 7 }]))
    const texts: string[] = []
    const end = kit.db.watch((text) => texts.push(text))
    await kit.db.tx(async (tx) => {
      for (const names of [many, many, ['another', ...many]]) {
        const found: (number | undefined)[] = []
        await tx.sideBySide(
          names.map((name, nth) => async (own) => {
            found[nth] = (await find(own, name))?.next_at
          }),
        )
        expect(found.map((at, nth) => [nth, at]).filter(([, at]) => at !== undefined)).toEqual([
          [names.indexOf('name-7'), 7],
        ])
      }
      await tx.run(sql`UPDATE ${JOB_RUN} SET ${set(JOB_RUN, { next_at: 8 })} WHERE ${JOB_RUN.name} = 'name-7'`)
      await tx.sideBySide([async (own) => expect((await find(own, 'name-7'))?.next_at).toBe(8)])
    })
    end()
    // Sixty are two statements, the one who is new is one, and whoever asks after a change one more.
    expect(texts.filter((text) => text.includes('FROM job_run'))).toHaveLength(4)
  })

  it('who shortens the list that was given takes nothing from who asks next', async () => {
    await kit.db.tx((tx) => tx.insert(JOB_RUN, { name: 'a', next_at: 1 }))
    await kit.db.tx(async (tx) => {
      const all = () => tx.rows(sql`SELECT ${pick(JOB_RUN, 'name')} FROM ${JOB_RUN}`)
      for (const _ of [1, 2]) {
        const rows = await all()
        rows.pop()
        expect(await all()).toEqual([{ name: 'a' }])
      }
    })
  })
})
