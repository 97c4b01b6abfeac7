import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import libsql from 'libsql'
import { HEAP, some } from '../server/core/db/checkpoints/testing/heap.ts'
import { createDb } from '../server/core/db/db.ts'
import { percentile, type Report } from './report.ts'

/** Rows in no order, in several indexes' worth of pages: some forty pages a commit, so that the log is full every few seconds. */
const ROWS = 40
const FILLED = 200_000
const TABLE = 'CREATE TABLE heap (name TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID'
const FILL = `INSERT INTO heap SELECT hex(randomblob(15)), value FROM
  (WITH RECURSIVE g(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM g WHERE value < ${FILLED}) SELECT value FROM g)`

interface Times {
  ms: number[]
}

const figure = ({ ms }: Times): string =>
  `p50 ${percentile(ms, 0.5).toFixed(1)}, p99 ${percentile(ms, 0.99).toFixed(1)}, p99.9 ${percentile(ms, 0.999).toFixed(1)}, max ${percentile(ms, 1).toFixed(1)} ms; ${ms.length} commits`

/** One commit after the other for so long, each timed; between two the event loop turns. */
async function pour(seconds: number, commit: () => Promise<void> | void): Promise<Times> {
  const ms: number[] = []
  for (const end = performance.now() + seconds * 1_000; performance.now() < end; ) {
    const began = performance.now()
    await commit()
    ms.push(performance.now() - began)
    await new Promise((resolve) => setImmediate(resolve))
  }
  return { ms }
}

async function measureOurs(file: string, seconds: number, checkpointsAside: boolean): Promise<Times> {
  const db = createDb(`sqlite:${file}`, [], { checkpointsAside })
  await db.connect()
  await db.source.query(TABLE)
  await db.source.query(FILL)
  const times = await pour(seconds, async () => {
    await db.tx((tx) => tx.insertIgnore(HEAP, some(ROWS)))
  })
  await db.close()
  return times
}

/** The driver alone, with the settings of ours, which moves the log itself. */
async function measureLimit(file: string, seconds: number): Promise<Times> {
  const database = new libsql(file)
  for (const pragma of ['journal_mode = WAL', 'synchronous = FULL', 'wal_autocheckpoint = 4000', 'cache_size = -65536'])
    database.exec(`PRAGMA ${pragma}`)
  database.exec(TABLE)
  database.exec(FILL)
  const insert = database.prepare(
    `INSERT INTO heap VALUES ${some(ROWS)
      .map(() => '(?, ?)')
      .join(', ')}`,
  )
  const times = await pour(seconds, () => {
    insert.run(some(ROWS).flatMap(({ name, size }) => [name, size]))
  })
  database.close()
  return times
}

/** How long single commits take while the log is moved into the file: aside, in the thread that commits, and the driver alone. */
export async function benchCommits({ seconds }: { seconds: number }, report: Report): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'huoshui-commits-'))
  try {
    const ours = await measureOurs(join(folder, 'aside.db'), seconds, true)
    const within = await measureOurs(join(folder, 'within.db'), seconds, false)
    const limit = await measureLimit(join(folder, 'limit.db'), seconds)
    report.add('commits sqlite', {
      figure: figure(ours),
      limit: figure(limit),
      ratio: percentile(limit.ms, 0.999) / percentile(ours.ms, 0.999),
      aim: 'p99.9 ≤ 20 ms',
      note: `${ROWS} rows a commit in no order, one after another for ${seconds} s; with the log moved by whoever commits: ${figure(within)}`,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
