import { parentPort, workerData } from 'node:worker_threads'
import { groupBy } from '../../core/kernel/group-by.ts'
import type { AtHand } from '../at-hand.ts'
import { checkRules } from '../check-rules.ts'
import { RULE_KINDS } from '../files/rule-kinds.ts'
import { wordsFrom } from '../vocabulary.ts'
import type { CheckTask, FromWorker, Piece, ToWorker } from './messages.ts'

/** The thread of `checkAside`. */
const { found, words, known, pieces } = workerData as CheckTask // as that file puts it together
const waiting = new Map<number, (isInUse: boolean) => void>()

parentPort?.on('message', ({ number, isInUse }: ToWorker) => {
  waiting.get(number)?.(isInUse)
  waiting.delete(number)
})

const say = (message: FromWorker): void => parentPort?.postMessage(message)

const isInUse: AtHand['isInUse'] = (named) =>
  new Promise((resolve) => {
    const number = waiting.size
    waiting.set(number, resolve)
    say({ kind: 'is-in-use', number, named })
  })

const { sources, ...rest } = await checkRules(found, wordsFrom(words), known && { ...known, isInUse })
for (const kind of RULE_KINDS) {
  const byFile = groupBy<string, Piece['rules'][number]>(sources?.[kind] ?? [], ({ file }) => file)
  for (const rules of byFile.values()) pieces.postMessage({ kind, rules } satisfies Piece)
}
say({ kind: 'done', ...rest })
