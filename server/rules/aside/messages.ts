import type { MessagePort } from 'node:worker_threads'
import type { AtHand } from '../at-hand.ts'
import type { NamedRule } from '../book/rule-rename.ts'
import type { CheckedRules } from '../check-rules.ts'
import type { FoundRules } from '../files/rule-folder.ts'
import type { RuleKind } from '../files/rule-kinds.ts'
import type { PlainWords } from '../vocabulary.ts'

/** What the thread that checks rules begins with. */
export interface CheckTask {
  found: FoundRules
  words: PlainWords
  /** Whether a name is in use is asked for: the database stands on the other side. */
  known: Omit<AtHand, 'isInUse'> | undefined
  /** Where the rules go, before it says that it is done. */
  pieces: MessagePort
}

/** The rules of one kind in one file. */
export interface Piece {
  kind: RuleKind
  rules: { name: string; file: string; value: unknown }[]
}

export type FromWorker =
  | ({ kind: 'done' } & Omit<CheckedRules, 'sources'>)
  | { kind: 'is-in-use'; number: number; named: NamedRule }

export interface ToWorker {
  number: number
  isInUse: boolean
}
