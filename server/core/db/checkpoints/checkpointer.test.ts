import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, rmSync, statSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'
import libsql from 'libsql'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { createDb, type Db } from '../db.ts'
import { count, select, sql } from '../sql.ts'
import { createCheckpointer } from './checkpointer.ts'
import { HEAP, some } from './testing/heap.ts'

let folder: string
let file: string
let open: Db[] = []
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'huoshui-log-'))
  file = join(folder, 'heap.db')
})
afterEach(async () => {
  for (const db of open) await db.close()
  open = []
  rmSync(folder, { recursive: true, force: true })
})

async function openHeap(checkpointsAside: boolean): Promise<Db> {
  const db = createDb(`sqlite:${file}`, [], { checkpointsAside })
  open.push(db)
  await db.connect()
  await db.source.query('CREATE TABLE heap (name TEXT PRIMARY KEY, size INTEGER NOT NULL)')
  return db
}

/** Each is a commit of some 100 pages. */
const pour = async (db: Db, commits: number): Promise<void> => {
  for (let nth = 0; nth < commits; nth++) await db.tx((tx) => tx.insertIgnore(HEAP, some(3_000)))
}
/** Until the log is so long that it is due to be moved. */
const fillLog = async (db: Db): Promise<void> => {
  while (logMb() < 16.48) await pour(db, 1)
}
const logMb = (): number => (existsSync(`${file}-wal`) ? statSync(`${file}-wal`).size / 1_000_000 : 0)
const held = async (db: Db): Promise<number | undefined> =>
  (await db.tx((tx) => tx.row(sql`SELECT ${select({ n: count() })} FROM ${HEAP}`)))?.n

it('a thread moves the log into the file, while the server commits', async () => {
  const db = await openHeap(true)
  const movedMb = (): number => statSync(file).size / 1_000_000
  let commits = 0
  for (; movedMb() < 1 && logMb() < 60; commits++) {
    await db.tx((tx) => tx.insertIgnore(HEAP, some(30)))
    // Where both have one core a thread that is just begun is late, and no server commits without a breath.
    if (logMb() > 20) await setTimeout(10)
  }
  // SQLite itself would not have moved anything before the log is 64 MB long.
  expect(movedMb()).toBeGreaterThan(1)
  await db.close()
  open = []
  const again = createDb(`sqlite:${file}`, [])
  open.push(again)
  expect(await held(again)).toBe(commits * 30)
}, 240_000)

/** Frames that are in the log and not in the file, and whether the log begins anew. */
const checkpointed = (): { log: number; checkpointed: number } => {
  const beside = new libsql(file, { timeout: 0 })
  const [told] = beside.prepare('PRAGMA wal_checkpoint(PASSIVE)').all() as { log: number; checkpointed: number }[]
  beside.close()
  return told ?? { log: -1, checkpointed: -1 }
}

it('the log begins anew once all of it has been moved', async () => {
  const db = await openHeap(false)
  // Somebody who reads keeps some of it from being moved while others write.
  const reader = new libsql(file)
  const alone = <T>(work: () => Promise<T>): Promise<T> => {
    // A connection is closed for good only when its statements are collected; what it reads must end now.
    reader.exec('ROLLBACK')
    reader.close()
    return work()
  }
  // As long as it takes: what is asked here is whether it is done, not how soon.
  const checkpoints = createCheckpointer({ file, alone, answerWithinMs: 60_000 })
  await pour(db, 1)
  reader.exec('BEGIN')
  reader.prepare('SELECT count(*) FROM heap').get()
  await fillLog(db)
  const before = checkpointed().log
  expect(before).toBeGreaterThan(100)
  for (let commit = 0; commit < 200; commit++) checkpoints.committed()
  await checkpoints.settled()
  await db.tx((tx) => tx.insert(HEAP, { name: 'one more', size: 0 }))
  expect(checkpointed().log).toBeLessThan(20)
  await checkpoints.close()
})

it('the log is bounded when nobody asks the thread', async () => {
  const db = await openHeap(true)
  let atMostMb = 0
  for (let nth = 0; nth < 80; nth++) {
    // Past the transactions that count.
    await db.source.query(
      `INSERT INTO heap SELECT '${nth} ' || hex(randomblob(200)), value FROM generate(3000)`.replace(
        'generate(3000)',
        '(WITH RECURSIVE g(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM g WHERE value < 3000) SELECT value FROM g)',
      ),
    )
    atMostMb = Math.max(atMostMb, logMb())
  }
  expect(statSync(file).size / 1_000_000).toBeGreaterThan(60)
  // 16,000 pages, and the last commit.
  expect(atMostMb).toBeGreaterThan(30)
  expect(atMostMb).toBeLessThan(90)
}, 240_000)

const eager = async (start: () => Worker): Promise<number> => {
  let started = 0
  const counted = (): Worker => {
    started += 1
    return start()
  }
  const checkpoints = createCheckpointer({ file, alone: (work) => work(), start: counted, answerWithinMs: 20 })
  for (let round = 0; round < 2; round++) {
    for (let commit = 0; commit < 5_000; commit++) checkpoints.committed()
    await checkpoints.settled()
  }
  await checkpoints.close()
  return started
}

it('no thread is begun while the log is short, however many commits there were', async () => {
  const db = await openHeap(false)
  await pour(db, 1)
  const begin = (): Worker => new Worker('process.exit(3)', { eval: true })
  expect(await eager(begin)).toBe(0)
  await fillLog(db)
  expect(await eager(begin)).toBeGreaterThan(0)
})

it('where the log cannot be looked at, whoever has committed does not fail by it', async () => {
  await openHeap(false)
  const loop = `${file}-loop`
  symlinkSync(`${loop}-wal`, `${loop}-wal`)
  let isBegun = false
  const begin = (): Worker => {
    isBegun = true
    return new Worker('process.exit(3)', { eval: true })
  }
  const checkpoints = createCheckpointer({ file: loop, alone: (work) => work(), start: begin, answerWithinMs: 20 })
  for (let commit = 0; commit < 5_000; commit++) checkpoints.committed()
  await checkpoints.settled()
  await checkpoints.close()
  expect(isBegun).toBe(true)
})

it.each([
  ['dead at once', 'process.exit(3)'],
  ['torn in the middle', "require('node:worker_threads').parentPort.on('message', () => { throw new Error('torn') })"],
  [
    'deaf after the first answer',
    `const { parentPort } = require('node:worker_threads')
     parentPort.on('message', ({ kind }) => kind === 'PASSIVE' && parentPort.postMessage({ kind, frames: 9 }))`,
  ],
])('a thread that is %s holds nobody up', async (_what, code) => {
  const db = await openHeap(false)
  await fillLog(db)
  const before = (await held(db)) ?? 0
  expect(await eager(() => new Worker(code, { eval: true, stderr: true }))).toBeGreaterThan(0)
  await pour(db, 1)
  expect(await held(db)).toBe(before + 3_000)
})

const SERVER = `
const { createDb } = await import(process.env.DB_MODULE)
const { HEAP, pourInto } = await import(process.env.TABLE_MODULE)
const db = createDb(process.env.DB_URL, [], { checkpointsAside: true })
await pourInto(db, (acknowledged) => process.send(acknowledged))
`

it('killed while the log is moved, nothing that was acknowledged is lost', async () => {
  await (await openHeap(true)).close()
  open = []
  let acknowledged = 0
  for (const after of [210, 230, 260, 215]) {
    const server = spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', SERVER], {
      env: {
        ...process.env,
        DB_MODULE: new URL('../db.ts', import.meta.url).href,
        TABLE_MODULE: new URL('./testing/heap.ts', import.meta.url).href,
        DB_URL: `sqlite:${file}`,
      },
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    let since = 0
    server.on('message', () => {
      acknowledged += 1
      since += 1
      if (since === after) server.kill('SIGKILL')
    })
    await once(server, 'close')
    const db = createDb(`sqlite:${file}`, [])
    const [{ integrity_check: said }] = (await db.source
      .initialize()
      .then((source) => source.query('PRAGMA integrity_check'))) as [{ integrity_check: string }]
    expect(said).toBe('ok')
    // Each commit has 300 rows; the last one may have been committed and not yet told.
    const rows = (await held(db)) ?? 0
    expect(rows % 300).toBe(0)
    expect(rows / 300).toBeGreaterThanOrEqual(acknowledged)
    acknowledged = rows / 300
    await db.close()
  }
}, 240_000)
