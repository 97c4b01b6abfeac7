import { afterEach, beforeEach, expect, it } from 'vitest'
import { migrations } from '../../../migrations/index.ts'
import { createDb } from '../../core/db/db.ts'
import { raw } from '../../core/db/sql.ts'
import { DAY_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { createMigratedDatabase } from '../../testing/migrated-database.ts'
import { createTestKit, type TestKit } from '../../testing/test-kit.ts'
import { erasePerson } from '../../upkeep/people/erase-person.ts'
import { createAudit } from './audit.ts'
import { type AuditNote, noteAudit } from './audit-notes.ts'
import { auditQueries } from './audit-queries.ts'
import { createAuditSeal } from './audit-seal.ts'
import { verifyAudit } from './verify-audit.ts'

const KEYS = ['a key of the audit that nobody has']

let kit: TestKit
let audit: ReturnType<typeof createAudit>
beforeEach(async () => {
  kit = await createTestKit()
  audit = createAudit({ ...kit, keys: KEYS, days: 400 })
})
afterEach(() => kit.close())

const note = (n: number, more: Partial<AuditNote> = {}): AuditNote => ({
  atMs: kit.clock.now(),
  actor: 'zhangsan',
  actorKind: 'member',
  origin: '10.0.0.1',
  what: 'sidebar.remark',
  customer: `wm${n}`,
  detail: { before: '旧', after: `备注 ${n}` },
  ...more,
})
const add = (...notes: AuditNote[]) => kit.db.tx((tx) => noteAudit(tx, notes))
const written = async (count: number) => {
  for (let n = 1; n <= count; n++) await add(note(n))
  await audit.work()
}
const verify = (keys = KEYS, expected?: { seq: number; hash: string }) =>
  kit.db.view((tx) => verifyAudit(tx, createAuditSeal(keys), expected))
const faults = async () => (await verify()).faults
const change = (text: string) => kit.db.tx((tx) => tx.run(raw(text)))
const rows = (limit = 100) => kit.db.view((tx) => auditQueries.list(tx, {}, limit))

it('a chain that was left alone is found whole, and says what was written', async () => {
  await written(5)
  expect(await verify()).toMatchObject({ rows: 5, firstSeq: 1, erased: 0, faults: [], head: { seq: 5 } })
  expect((await rows(1))[0]).toMatchObject({
    ...{ seq: 5, actor: 'zhangsan', origin: '10.0.0.1', what: 'sidebar.remark', customer: 'wm5' },
    detail: { before: '旧', after: '备注 5' },
  })
})

it.each<[what: string, sql: string[], faults: object[]]>([
  ['another actor', [`UPDATE audit_entry SET actor = 'lisi' WHERE seq = 3`], [{ kind: 'altered', seq: 3 }]],
  ['another time', ['UPDATE audit_entry SET at = at + 1 WHERE seq = 5'], [{ kind: 'altered', seq: 5 }]],
  ['another subject', [`UPDATE audit_entry SET subject = NULL WHERE seq = 1`], [{ kind: 'altered', seq: 1 }]],
  [
    'another value',
    [`UPDATE audit_detail SET body = '{"after":"好"}' WHERE seq = 2`],
    [{ kind: 'detail-altered', seq: 2 }],
  ],
  [
    'another customer',
    [`UPDATE audit_detail SET customer = 'wm9' WHERE seq = 4`],
    [{ kind: 'detail-altered', seq: 4 }],
  ],
  ['a detail is gone', ['DELETE FROM audit_detail WHERE seq = 4'], [{ kind: 'detail-missing', seq: 4 }]],
  [
    'one in the middle is gone',
    ['DELETE FROM audit_entry WHERE seq = 3', 'DELETE FROM audit_detail WHERE seq = 3'],
    [{ kind: 'missing', seq: 3, toSeq: 3 }],
  ],
  ['the oldest are gone', ['DELETE FROM audit_entry WHERE seq <= 2'], [{ kind: 'missing', seq: 1, toSeq: 2 }]],
  ['the newest are gone', ['DELETE FROM audit_entry WHERE seq >= 5'], [{ kind: 'cut', seq: 5, toSeq: 6 }]],
  ['all are gone', ['DELETE FROM audit_entry'], [{ kind: 'cut', seq: 1, toSeq: 6 }]],
  [
    'two have changed places',
    [
      'UPDATE audit_entry SET seq = 99 WHERE seq = 2',
      'UPDATE audit_entry SET seq = 2 WHERE seq = 4',
      'UPDATE audit_entry SET seq = 4 WHERE seq = 99',
    ],
    [
      { kind: 'altered', seq: 2 },
      { kind: 'detail-altered', seq: 2 },
      { kind: 'other-chain', seq: 3 },
      { kind: 'altered', seq: 4 },
      { kind: 'detail-altered', seq: 4 },
      { kind: 'other-chain', seq: 5 },
    ],
  ],
  [
    'the newest are gone and the head was set back',
    [
      'DELETE FROM audit_entry WHERE seq >= 5',
      `UPDATE audit_mark SET seq = 4, hash = (SELECT hash FROM audit_entry WHERE seq = 4) WHERE name = 'head'`,
    ],
    [{ kind: 'head-forged', seq: 4 }],
  ],
  [
    'the oldest are gone and a beginning was made up',
    [
      `INSERT INTO audit_mark (name, seq, hash, at, key_id, seal)
       SELECT 'start', 2, hash, at, key_id, hash FROM audit_entry WHERE seq = 2`,
      'DELETE FROM audit_entry WHERE seq <= 2',
    ],
    [{ kind: 'start-forged', seq: 2 }],
  ],
  [
    'a row of somebody’s own at the end',
    [
      `INSERT INTO audit_entry SELECT 7, at, actor, actor_kind, origin, what, subject, detail_hash, once, hash, prev, key_id
       FROM audit_entry WHERE seq = 6`,
    ],
    [
      { kind: 'altered', seq: 7 },
      { kind: 'detail-missing', seq: 7 },
      { kind: 'not-the-head', seq: 7 },
    ],
  ],
])('%s', async (_what, statements, expected) => {
  await written(6)
  for (const text of statements) await change(text)
  expect(await faults()).toEqual(expected)
})

it('an end that was cut off is not sealed over by what comes next', async () => {
  await written(6)
  await change('DELETE FROM audit_entry WHERE seq >= 5')
  await add(note(7))
  await audit.work()
  expect((await faults()).map(({ kind, seq }) => `${kind} ${seq}`)).toEqual(['missing 5', 'broken 7'])
  expect((await rows()).map(({ seq, what }) => `${seq} ${what}`).slice(0, 2)).toEqual([
    '8 sidebar.remark',
    '7 audit.broken',
  ])
})

it('an old database with its old head is found out by a head that was kept elsewhere', async () => {
  await written(6)
  const { head } = await verify()
  expect((await verify(KEYS, head)).faults).toEqual([])
  const later = await kit.db.view((tx) =>
    tx.rows(raw<{ name: string }>(`SELECT * FROM audit_mark WHERE name = 'head'`)),
  )
  await written(3)
  const { head: newest } = await verify()
  await change('DELETE FROM audit_entry WHERE seq > 6')
  const old = later[0] as unknown as Record<string, string | number>
  await change(
    `UPDATE audit_mark SET seq = ${old.seq}, hash = '${old.hash}', at = ${old.at}, seal = '${old.seal}' WHERE name = 'head'`,
  )
  expect((await verify()).faults).toEqual([])
  expect((await verify(KEYS, newest)).faults).toEqual([{ kind: 'cut', seq: 7, toSeq: 9 }])
})

it('a person is erased from it, and the chain says erased, not altered', async () => {
  await written(4)
  await add(note(5, { customer: 'wm2' }))
  const erase = () => erasePerson(kit.db, { externalUserId: 'wm2', unionIds: [], phoneHashes: [] })
  expect((await erase()).map(({ table, deleted, emptied }) => `${table} ${deleted} ${emptied}`).sort()).toEqual([
    'audit_detail 0 1',
    'audit_note 0 1',
  ])
  expect(await erase()).toEqual([])
  await audit.work()
  expect(await verify()).toMatchObject({ rows: 5, erased: 1, faults: [] })
  const left = JSON.stringify(await kit.db.view((tx) => tx.rows(raw('SELECT * FROM audit_detail'))))
  expect(left).not.toMatch(/wm2|备注 2|备注 5/)
  expect(left).toMatch(/备注 3/)
  expect((await rows()).map(({ seq, customer, isErased }) => [seq, customer, isErased]).slice(-2)).toEqual([
    [2, undefined, true],
    [1, 'wm1', false],
  ])
})

it('what is older than its time is cut off, and the rest still verifies', async () => {
  await written(3)
  kit.clock.advance(399 * DAY_MS)
  await written(2)
  const cut = audit.jobs[0]
  await cut?.run()
  expect((await verify()).rows).toBe(5)
  kit.clock.advance(2 * DAY_MS)
  await cut?.run()
  await cut?.run()
  expect(await verify()).toMatchObject({ rows: 2, firstSeq: 4, faults: [] })
  await change('DELETE FROM audit_entry WHERE seq = 4')
  expect((await faults()).map(({ kind }) => kind)).toContain('missing')
})

it('all of it may go by age, and the next row goes on', async () => {
  await written(3)
  kit.clock.advance(401 * DAY_MS)
  await audit.jobs[0]?.run()
  expect(await verify()).toMatchObject({ rows: 0, faults: [] })
  await written(1)
  expect(await verify()).toMatchObject({ rows: 1, firstSeq: 4, faults: [] })
})

it('a key is replaced: rows of the former one are verified by it, and not without it', async () => {
  await written(2)
  const both = ['the new key of the audit', ...KEYS]
  audit = createAudit({ ...kit, keys: both, days: 400 })
  await written(1)
  expect((await verify(both)).faults).toEqual([])
  expect((await verify(['the new key of the audit'])).faults).toEqual([
    { kind: 'unknown-key', seq: 1 },
    { kind: 'unknown-key', seq: 2 },
  ])
})

it('phones are masked, long texts cut', async () => {
  await add(note(1, { detail: { after: `电话 13812345678 ${'长'.repeat(300)}`, tags: ['13912345678'] } }))
  await audit.work()
  const text = JSON.stringify((await rows())[0]?.detail)
  expect(text).not.toMatch(/13812345678|13912345678/)
  expect(text.length).toBeLessThan(220)
})

it('who looks again within ten minutes is written once, also by two processes; later again', async () => {
  const other = createAudit({ ...kit, keys: KEYS, days: 400 })
  const look = { ...note(1), what: 'sidebar.seen' }
  const other2 = { ...note(2), what: 'sidebar.seen' }
  audit.saw(look)
  audit.saw(look)
  audit.saw(other2)
  await audit.work()
  other.saw(look)
  await other.work()
  expect(await rows()).toHaveLength(2)
  kit.clock.advance(10 * MINUTE_MS)
  audit.saw(look)
  await audit.work()
  expect(await rows()).toHaveLength(3)
})

it('looks that nobody can keep any more are counted, and the count is written', async () => {
  for (let n = 0; n < 20_003; n++) audit.saw({ ...note(n), what: 'sidebar.seen' })
  expect(audit.lost()).toBe(3)
  await audit.work()
  expect((await rows(30_000)).filter(({ what }) => what === 'audit.looks-lost').map(({ detail }) => detail)).toEqual([
    { count: 3 },
  ])
  expect(audit.lost()).toBe(3)
})

it('a database that is away keeps nothing from the next time', async () => {
  const broken = createAudit({
    ...kit,
    db: { ...kit.db, tx: () => Promise.reject(new Error('away')) },
    keys: KEYS,
    days: 400,
  })
  broken.saw(note(1))
  await expect(broken.work()).rejects.toThrow('away')
  await expect(broken.work()).rejects.toThrow('away')
  expect(broken.lost()).toBe(0)
})

it('four writers with four linkers at once make one chain: 2,000 rows, each once', async () => {
  const database = await createMigratedDatabase()
  const dbs = Array.from({ length: 4 }, () => createDb(database.url, migrations))
  await Promise.all(
    dbs.map(async (db, writer) => {
      const own = createAudit({ ...kit, db, keys: KEYS, days: 400 })
      for (let n = 0; n < 500; n++) {
        await db.tx((tx) => noteAudit(tx, [note(n, { actor: `writer${writer}` })]))
        if (n % 10 === 0) await own.work()
      }
      await own.work()
    }),
  )
  const [first] = dbs
  const found = await first?.view(async (tx) => ({
    verdict: await verifyAudit(tx, createAuditSeal(KEYS)),
    rows: await auditQueries.list(tx, {}, 3_000),
  }))
  expect(found?.verdict).toMatchObject({ rows: 2_000, firstSeq: 1, faults: [], head: { seq: 2_000 } })
  const said = new Set(found?.rows.map(({ actor, customer }) => `${actor} ${customer}`))
  expect(said.size).toBe(2_000)
  await Promise.all(dbs.map((db) => db.close()))
  await database.drop()
})
