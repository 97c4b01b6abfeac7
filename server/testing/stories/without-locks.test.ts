import Type from 'typebox'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createDb, type Db } from '../../core/db/db.ts'
import { raw } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { createAccept } from '../../engine/inbox/accept.ts'
import { createDispatcher } from '../../engine/inbox/dispatcher.ts'
import { defineEvent } from '../../engine/inbox/event-kind.ts'
import { subscribe } from '../../engine/inbox/subscription.ts'
import { JOB_RUN } from '../../engine/jobs/job-tables.ts'
import { entryStore } from '../../operations/sop/model/sop-entry.ts'
import { createWalkDueEntries } from '../../operations/sop/walk/due-entries.ts'
import { createTestKit, type TestKit } from '../test-kit.ts'
import { withoutLocks } from '../without-locks.ts'

const Noted = defineEvent('test.noted', Type.Object({ who: Type.String() }))

let kit: TestKit
/** Two processes on one database. */
let dbs: [Db, Db]
beforeEach(async () => {
  kit = await createTestKit()
  dbs = [createDb(kit.url, []), createDb(kit.url, [])]
  for (const db of dbs) await withoutLocks(db)
  await kit.db.tx((tx) => tx.insert(JOB_RUN, { name: 'done', next_at: 0 }))
})
afterEach(async () => {
  for (const db of dbs) await db.close()
  await kit.close()
})

/** Goes on when both have come to the same place; whoever comes after that, goes on at once. */
function meeting(): () => Promise<void> {
  const waiting: (() => void)[] = []
  let isOver = false
  return () =>
    new Promise((resolve) => {
      waiting.push(resolve)
      isOver ||= waiting.length === 2
      if (isOver) for (const go of waiting) go()
    })
}
/** Something that no unique key keeps from happening twice. */
const doIt = (tx: Tx): Promise<number> => tx.run(raw("UPDATE job_run SET next_at = next_at + 1 WHERE name = 'done'"))
const timesDone = async (): Promise<number> =>
  Number((await kit.db.tx((tx) => tx.row(raw<{ n: number }>('SELECT next_at AS n FROM job_run'))))?.n)
const one = (sql: string) => kit.db.tx((tx) => tx.row(raw(sql)))

describe.runIf(process.env.TEST_MYSQL_URL)('where a lock has no effect', () => {
  it.each([false, true])(
    'an event that two processes have read is handled once (one of them fails first: %s)',
    async (fails) => {
      const meet = meeting()
      let asked = 0
      const handle = async (tx: Tx): Promise<void> => {
        asked += 1
        const isFirst = asked === 1
        await meet()
        await doIt(tx)
        if (fails && isFirst) throw new Error('for a moment')
      }
      const dispatchers = dbs.map((db) =>
        createDispatcher({ ...kit, db, subscriptions: [subscribe('test.do', Noted, handle)] }),
      )
      const accept = createAccept({ ...kit, nudge: () => undefined, isHandled: () => true })
      await accept({ kind: 'test.noted', dedupeKey: 'n', lane: 'normal', eventAtMs: 0, payload: { who: '王姐' } })
      for (const dispatcher of dispatchers) dispatcher.nudge()
      await Promise.all(dispatchers.map((dispatcher) => dispatcher.drained()))
      expect(asked).toBeGreaterThanOrEqual(2)
      expect([await timesDone(), await one('SELECT state FROM inbound_event')]).toEqual([1, { state: 'done' }])
      for (const dispatcher of dispatchers) await dispatcher.stop()
    },
  )

  it('a customer whom two processes have found due goes one step', async () => {
    const meet = meeting()
    /** Waits for the other when it has read what it is to take. */
    const reading = (db: Db): Db => ({
      ...db,
      tx: (work, rank) =>
        db.tx((tx) => {
          let reads = 0
          const rows: Tx['rows'] = async (query) => {
            const found = await tx.rows(query)
            reads += 1
            if (reads === 2 && found.length > 0) await meet()
            return found
          }
          return work({ ...tx, rows })
        }, rank),
    })
    const nowMs = kit.clock.now()
    const entry = { sop: 'care', version: 'v', externalUserId: 'wm1', userId: 'zhangsan', key: 'k', event: undefined }
    await kit.db.tx((tx) => entryStore.beginAll(tx, [{ ...entry, facts: {}, heldOut: false, canary: false, nowMs }]))
    const walk = {
      due: async (tx: Tx, _sop: unknown, entries: { id: number; dueAtMs: number | undefined }[]) => {
        await doIt(tx)
        await tx.run(raw(`UPDATE sop_entry SET due_at = ${nowMs + 99} WHERE id = ${entries[0]?.id}`))
      },
    }
    const works = dbs.map((db) =>
      createWalkDueEntries({
        ...kit,
        db: reading(db),
        versions: async () => ({ name: 'care' }) as never,
        walk: walk as never,
      }),
    )
    await Promise.all(works.map((work) => work()))
    expect([await timesDone(), await one('SELECT due_at - 0 AS due FROM sop_entry')]).toEqual([1, { due: nowMs + 99 }])
  })
})
