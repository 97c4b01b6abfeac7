import { statSync } from 'node:fs'
import { extname } from 'node:path'
import type { Worker } from 'node:worker_threads'
import { startWorker } from '../../kernel/start-worker.ts'

/** PASSIVE moves what it can while others write. RESTART moves the rest and has the log written from its beginning again, for
 *  which nobody may write. */
export interface CheckpointAsked {
  kind: 'PASSIVE' | 'RESTART' | 'stop'
}

export interface CheckpointDone {
  kind: CheckpointAsked['kind']
  /** Pages in the log. */
  frames: number
}

/** 16 MB: a page that is written again and again goes to the main file once, not for each MB of the log. */
const DUE_FRAMES = 4_000
/** A page of SQLite's with its head, as it stands in the log. */
const FRAME_BYTES = 4_120
/** Until it is known; rather too soon than too late. */
const FRAMES_A_COMMIT = 50
/** Commits may be small one day and large the next: four times as large as this, and still before SQLite does it by itself. */
const LEAST_FRAMES_A_COMMIT = 10
/** Longer than any rest takes; whoever is not heard of by then writes or has died, and the line goes on without it. */
const ANSWER_WITHIN_MS = 1_000
const MOST_ASIDE_MS = 120_000
const HEAP_MB = 64

export interface CheckpointerOptions {
  file: string
  /** Nobody writes through this process' own connection while it runs. */
  alone<T>(work: () => Promise<T>): Promise<T>
  /** The thread. Default: the real one. */
  start?: (file: string) => Worker
  /** How long it may take for what holds up who wants to write; default 1000. */
  answerWithinMs?: number
}

const startReal = (file: string): Worker =>
  startWorker(new URL(`./checkpoint-worker${extname(import.meta.url)}`, import.meta.url), {
    data: { file },
    heapMb: HEAP_MB,
  })

/** Moves the log of a SQLite file into it, in a thread of its own: done by whoever commits, as SQLite does by itself, it would
 *  hold the event loop, callbacks and welcomes with it, for as long as the disk takes. When it dies or is slow, SQLite
 *  does so by itself at four times the length (`wal_autocheckpoint`), so that the log is bounded either way. */
export function createCheckpointer({
  file,
  alone,
  start = startReal,
  answerWithinMs = ANSWER_WITHIN_MS,
}: CheckpointerOptions) {
  let worker: Worker | undefined
  let commits = 0
  let framesEach = FRAMES_A_COMMIT
  let working: Promise<void> | undefined

  /** The log's file never gets shorter, and old pages stand behind the new ones: there are at most so many. Whoever has committed
   *  must not fail because a path cannot be looked at: then there may be any number. */
  function mostFrames(): number {
    try {
      return (statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0) / FRAME_BYTES
    } catch {
      return Number.POSITIVE_INFINITY
    }
  }

  function thread(): Worker {
    if (worker !== undefined) return worker
    const one = start(file)
    const gone = (): void => {
      if (worker === one) worker = undefined
    }
    one.on('error', gone)
    one.on('exit', gone)
    one.unref()
    worker = one
    return one
  }

  /** Undefined: it has died, or did not answer in time. */
  function ask(kind: 'PASSIVE' | 'RESTART', withinMs: number): Promise<number | undefined> {
    const one = thread()
    return new Promise((resolve) => {
      const end = (frames: number | undefined): void => {
        clearTimeout(late)
        one.off('message', heard)
        one.off('exit', died)
        one.unref()
        resolve(frames)
      }
      const heard = (done: CheckpointDone): void => {
        if (done.kind === kind) end(done.frames)
      }
      const died = (): void => end(undefined)
      const late = setTimeout(died, withinMs)
      one.on('message', heard)
      one.on('exit', died)
      one.ref()
      one.postMessage({ kind } satisfies CheckpointAsked)
    })
  }

  async function moveAll(): Promise<void> {
    const counted = commits
    commits = 0
    const frames = await ask('PASSIVE', MOST_ASIDE_MS)
    if (frames === undefined) return
    framesEach = Math.max(LEAST_FRAMES_A_COMMIT, frames / Math.max(1, counted))
    await alone(() => ask('RESTART', answerWithinMs))
  }

  return {
    /** Something may have been committed. */
    committed: (): void => {
      commits += 1
      if (working !== undefined || commits * framesEach < DUE_FRAMES) return
      // Starting a thread costs more than many small commits: not before there is something to move.
      if (mostFrames() < DUE_FRAMES) return
      working = moveAll().finally(() => {
        working = undefined
      })
    },
    /** Resolves when none is under way. */
    settled: async (): Promise<void> => working,
    close: async (): Promise<void> => {
      await working
      if (worker === undefined) return
      const one = worker
      const ended = new Promise((resolve) => one.once('exit', resolve))
      one.ref()
      one.postMessage({ kind: 'stop' } satisfies CheckpointAsked)
      const late = setTimeout(() => void one.terminate(), answerWithinMs)
      await ended
      clearTimeout(late)
    },
  }
}
export type Checkpointer = ReturnType<typeof createCheckpointer>
