import { describeError } from '../core/kernel/app-error.ts'
import type { Logger } from '../core/kernel/logger.ts'
import { isLarge } from './aside/check-aside.ts'
import type { AtHand } from './at-hand.ts'
import { type FolderSignature, folderSignature } from './files/folder-signature.ts'
import { type FoundRules, readRuleFolder } from './files/rule-folder.ts'
import { type LoadedRules, loadFound } from './load-rules.ts'
import type { Vocabulary } from './vocabulary.ts'

export interface RuleLoaderDeps {
  folder: string
  vocabulary: Vocabulary
  log: Pick<Logger, 'error'>
  atHand: (() => Promise<AtHand>) | undefined
  /** What comes of it; `before`: the folder when the reading began. */
  take(loaded: LoadedRules, before: FolderSignature): Promise<void>
  inTurn(work: () => Promise<void>): Promise<void>
}

/** A check that takes a minute is made again after so many minutes at the earliest. */
const REST_PER_CHECK = 20

/** Reads and checks the rule files, in turn with whatever else the holder does. */
export function createRuleLoader({ folder, vocabulary, log, atHand, take, inTurn }: RuleLoaderDeps) {
  let checkMs = 0
  /** A check that was begun and is not waited for. */
  let aside: { end: () => void; done: Promise<void> } | undefined

  async function check(found: FoundRules, signal?: AbortSignal): Promise<LoadedRules> {
    const known = await atHand?.()
    const startedAt = performance.now()
    const loaded = await loadFound(found, vocabulary, { atHand: known, signal })
    checkMs = performance.now() - startedAt
    return loaded
  }

  function begin(found: FoundRules, before: FolderSignature): void {
    const ended = new AbortController()
    const done = check(found, ended.signal)
      .then((loaded) => inTurn(() => take(loaded, before)))
      .catch((error: unknown) => {
        if (!ended.signal.aborted) log.error({ err: describeError(error) }, 'the rule files could not be checked')
      })
      .finally(() => {
        aside = undefined
      })
    aside = { end: () => ended.abort(), done }
  }

  return {
    /** Within a turn: reads and takes the files as they are now. */
    load: async (): Promise<void> => {
      const before = await folderSignature(folder)
      await take(await check(await readRuleFolder(folder)), before)
    },
    /** The same for the beat, which has more to do than to wait for a check that another thread makes: what comes of that is
     *  taken in a turn of its own. */
    begin: async (): Promise<void> => {
      const before = await folderSignature(folder)
      const found = await readRuleFolder(folder)
      if (isLarge(found)) begin(found, before)
      else await take(await check(found), before)
    },
    isChecking: (): boolean => aside !== undefined,
    /** How long the next check had better wait. */
    restMs: (): number => checkMs * REST_PER_CHECK,
    settled: async (): Promise<void> => aside?.done,
    stop: async (): Promise<void> => {
      aside?.end()
      await aside?.done
    },
  }
}
