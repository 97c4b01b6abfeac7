import { extname } from 'node:path'
import { setImmediate as nextTurn } from 'node:timers/promises'
import { MessageChannel, receiveMessageOnPort, type Worker } from 'node:worker_threads'
import { AppError } from '../../core/kernel/app-error.ts'
import { startWorker } from '../../core/kernel/start-worker.ts'
import type { AtHand } from '../at-hand.ts'
import type { RuleSources } from '../book/bind-book.ts'
import { type CheckedRules, noNames } from '../check-rules.ts'
import type { FoundRules } from '../files/rule-folder.ts'
import { forEachKind } from '../files/rule-kinds.ts'
import { type CheckedWords, plainWords } from '../vocabulary.ts'
import type { CheckTask, FromWorker, Piece, ToWorker } from './messages.ts'

/** Up to here a check holds the event loop for less than 50 ms at a time, which is less than starting a thread costs; the
 *  demo shop has 66 KB in all, 6 KB in its largest file. */
const LARGE_FILE = 16_000
const LARGE_FOLDER = 160_000

/** Whether these files are better checked aside. */
export const isLarge = ({ files }: Pick<FoundRules, 'files'>): boolean =>
  files.some(({ text }) => text.length > LARGE_FILE) ||
  files.reduce((sum, { text }) => sum + text.length, 0) > LARGE_FOLDER

/** Ten megabytes of good rules take a quarter of it. */
const WITHIN_MS = 90_000
const HEAP_MB = 1_200

/** `checkRules` in a thread of its own: whatever the files are, this one only copies, a file's rules at a time. What takes too
 *  long or too much memory is told as a fault. Throws rules.check-failed when the thread breaks, and the signal's reason. */
export async function checkAside(
  found: FoundRules,
  words: CheckedWords,
  {
    atHand,
    signal,
    withinMs = WITHIN_MS,
  }: { atHand?: AtHand | undefined; signal?: AbortSignal | undefined; withinMs?: number },
): Promise<CheckedRules> {
  signal?.throwIfAborted()
  const { port1: pieces, port2: toUs } = new MessageChannel()
  const task: CheckTask = { found, words: plainWords(words), known: known(atHand), pieces: toUs }
  const url = new URL(`./check-worker${extname(import.meta.url)}`, import.meta.url)
  const worker = startWorker(url, { data: task, transfer: [toUs], heapMb: HEAP_MB })
  try {
    const end = await answerOf(worker, { atHand, signal, withinMs })
    if (end === 'late' || end === 'memory')
      return {
        names: noNames(),
        fields: [],
        sources: undefined,
        faults: [...found.faults, tooMuch(end)],
        advice: [],
        gone: [],
      }
    const { kind: _, ...rest } = end
    return { ...rest, sources: end.faults.length > 0 ? undefined : await gather(pieces) }
  } finally {
    await worker.terminate()
    pieces.close()
  }
}

const known = (atHand: AtHand | undefined): CheckTask['known'] =>
  atHand === undefined
    ? undefined
    : {
        staff: atHand.staff,
        departments: atHand.departments,
        categories: atHand.categories,
        products: atHand.products,
        inForce: atHand.inForce,
      }

const tooMuch = (why: 'late' | 'memory') => ({
  file: '.',
  line: 1,
  column: 1,
  message: why === 'late' ? '规则太多或太乱，检查了很久还没有检查完' : '规则太多或太乱，检查它们的内存不够',
  suggestion: '去掉最近加进来的大文件，或者拆开分几次加',
})

type Ended = Extract<FromWorker, { kind: 'done' }>

function answerOf(
  worker: Worker,
  { atHand, signal, withinMs }: { atHand: AtHand | undefined; signal: AbortSignal | undefined; withinMs: number },
): Promise<Ended | 'late' | 'memory'> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => resolve('late'), withinMs)
    const stop = (): void => reject(signal?.reason)
    const broken = (cause: unknown) =>
      reject(new AppError('rules.check-failed', 'the thread that checks rules broke', { cause }))
    signal?.addEventListener('abort', stop, { once: true })
    worker.on('message', (message: FromWorker) => {
      if (message.kind === 'done') return resolve(message)
      const { number, named } = message
      Promise.resolve(atHand?.isInUse(named) ?? false).then(
        (isInUse) => worker.postMessage({ number, isInUse } satisfies ToWorker),
        reject,
      )
    })
    worker.on('error', (error: Error & { code?: string }) =>
      error.code === 'ERR_WORKER_OUT_OF_MEMORY' ? resolve('memory') : broken(error),
    )
    worker.on('exit', (code) => broken(new Error(`exit ${code}`)))
    const settled = (): void => {
      clearTimeout(timer)
      signal?.removeEventListener('abort', stop)
    }
    worker.once('exit', settled)
  })
}

/** What the thread has put there before it was done, a file's rules at a time with a turn of the event loop in between. */
async function gather(pieces: Parameters<typeof receiveMessageOnPort>[0]): Promise<RuleSources> {
  const sources = forEachKind<Piece['rules']>(() => [])
  for (let next = receiveMessageOnPort(pieces); next !== undefined; next = receiveMessageOnPort(pieces)) {
    const { kind, rules } = next.message as Piece // the worker's own words
    sources[kind].push(...rules)
    await nextTurn()
  }
  // Each kind holds what the check of that kind has let pass.
  return sources as unknown as RuleSources
}
