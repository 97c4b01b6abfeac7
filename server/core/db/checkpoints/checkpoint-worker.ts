import { parentPort, workerData } from 'node:worker_threads'
import libsql from 'libsql'
import type { CheckpointAsked, CheckpointDone } from './checkpointer.ts'

/** The thread of `createCheckpointer`, with a connection of its own. */
const { file } = workerData as { file: string } // as that file puts it together
const database = new libsql(file, { timeout: 0 })
// What has been moved to the main file must be there before the log is written over.
database.exec('PRAGMA synchronous = FULL')

parentPort?.on('message', ({ kind }: CheckpointAsked) => {
  if (kind === 'stop') {
    database.close()
    return parentPort?.close()
  }
  const [told] = database.prepare(`PRAGMA wal_checkpoint(${kind})`).all() as { log: number }[]
  parentPort?.postMessage({ kind, frames: told?.log ?? 0 } satisfies CheckpointDone)
})
