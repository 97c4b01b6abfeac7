import type { Db } from '../core/db/db.ts'
import type { Tx } from '../core/db/tx.ts'
import { describeError } from '../core/kernel/app-error.ts'
import type { Clock } from '../core/kernel/clock.ts'
import type { Logger } from '../core/kernel/logger.ts'
import { MINUTE_MS } from '../core/kernel/shanghai.ts'
import type { AtHand } from './at-hand.ts'
import type { RuleSources } from './book/bind-book.ts'
import { createCatalogue } from './book/catalogue.ts'
import type { RuleBook, RuleBookHolder, Sop } from './book/rule-book.ts'
import type { RuleRename } from './book/rule-rename.ts'
import { type GoneRule, ruleKeys } from './checks/gone.ts'
import { fileAuthor } from './files/file-author.ts'
import { type FolderSignature, folderSignature } from './files/folder-signature.ts'
import { isPerhapsCut } from './files/perhaps-cut.ts'
import type { RuleFault } from './files/rule-fault.ts'
import { createTellFaults, type OnFaults } from './files/tell-faults.ts'
import type { LoadedRules } from './load-rules.ts'
import { type Author, isHeldBack, type Release } from './release/release.ts'
import { releaseStore } from './release/release-store.ts'
import { releasedBook } from './release/released-book.ts'
import { settleReleases, unreleased } from './release/settle-releases.ts'
import { createRuleLoader } from './rule-loader.ts'
import { createKeepBook } from './versions/keep-book.ts'
import { renameInVersions } from './versions/rename-in-versions.ts'
import { rememberVersions, saveBook, savedBook } from './versions/rule-version-store.ts'
import type { Vocabulary } from './vocabulary.ts'

/** Before anything was loaded, and for an empty folder. */
export const EMPTY_BOOK: RuleBook = {
  version: '000000000000',
  channels: new Map(),
  welcomes: new Map(),
  defaultWelcome: undefined,
  tags: [],
  pools: new Map(),
  scripts: new Map(),
  sops: new Map(),
  sends: new Map(),
  duties: new Map(),
  moments: new Map(),
  campaigns: new Map(),
  intercepts: new Map(),
  webhooks: new Map(),
  shops: new Map(),
  policy: {},
  ladders: new Map(),
  roles: [],
  fields: [],
  credit: [],
  rfm: undefined,
  catalogue: createCatalogue([], ''),
  renames: [],
}

/** A folder touched less than this ago is perhaps still being written. */
const QUIET_MS = 2_000

/** One in which a file has become its own beginning waits for so long: who deletes the end of a rule hardly notices. */
const CUT_QUIET_MS = 30_000

/** Files with faults are read again after this, or when the check has rested long enough. */
const READ_AGAIN_MS = MINUTE_MS

export type HotRuleBook = ReturnType<typeof createRuleBookHolder>

export interface RuleBookHolderOptions {
  folder: string
  db: Pick<Db, 'tx' | 'statement'>
  clock: Clock
  log: Pick<Logger, 'info' | 'warn' | 'error'>
  vocabulary: Vocabulary
  onFaults?: OnFaults
  /** Told of rules that were in force and are in the files no longer, and which are there, as the files come into force. */
  onGone?: (gone: readonly GoneRule[], present: ReadonlySet<string>) => Promise<void>
  /** What the files are checked against besides themselves. */
  atHand?: () => Promise<AtHand>
  /** Brings what is kept under old names under the new ones, in the transaction in which rules come into force. */
  carryOutRenames?: (tx: Tx, renames: readonly RuleRename[]) => Promise<void>
}

/** Holds the rules of one folder in force. A new book takes the place of the old one at once and only when it has no
 *  fault at all; its versions are in the database before anybody sees it. With faulty files at start the book that was
 *  in force last goes on. */
export function createRuleBookHolder(options: RuleBookHolderOptions) {
  const { folder, db, clock, log, vocabulary, onFaults = () => Promise.resolve() } = options
  const { onGone = () => Promise.resolve() } = options
  const { atHand, carryOutRenames = () => Promise.resolve() } = options
  const { facts } = vocabulary
  const tellFaults = createTellFaults(log, onFaults)
  /** As the files say; `book` is the same with each journey in its released version. */
  let written: RuleBook | undefined
  let book: RuleBook | undefined
  let releaseStamp = ''
  let faults: RuleFault[] = []
  let seen: string | undefined
  let readAtMs = 0
  const standing = createKeepBook({ db, clock })
  /** Of the files in force. */
  let texts: ReadonlyMap<string, string> = new Map()
  let running: Promise<void> = Promise.resolve()
  const listeners: ((book: RuleBook) => void)[] = []

  /** One check after the other. */
  function inTurn(work: () => Promise<void>): Promise<void> {
    const result = running.then(work)
    running = result.catch(() => undefined)
    return result
  }

  const loader = createRuleLoader({ folder, vocabulary, atHand, log, take, inTurn })

  async function take(loaded: LoadedRules, before: FolderSignature): Promise<void> {
    readAtMs = clock.now()
    faults = loaded.faults
    await tellFaults(faults, written?.version)
    if (loaded.book === undefined || loaded.sources === undefined) {
      if (book === undefined) await resumeSaved()
    } else {
      texts = loaded.texts
      logGone(log, loaded.gone)
      await onGone(loaded.gone, ruleKeys(loaded.sources))
      if (loaded.book.version !== written?.version) await enforce(loaded.book, loaded.sources)
    }
    // Files that changed while they were read are read again on the next look.
    const after = await folderSignature(folder)
    if (after.text === before.text) seen = after.text
  }

  async function enforce(next: RuleBook, sources: RuleSources | undefined): Promise<void> {
    const nowMs = clock.now()
    const { news, gone } = await db.tx((tx) => unreleased(tx, next, nowMs))
    // Who deleted a file is known where the deletion was committed. Asked outside the transaction: the folder may be slow.
    const authors = await authorsIn(folder, [...news, ...gone.flatMap((name) => written?.sops.get(name) ?? [])])
    await db.tx(async (tx) => {
      // First of all: what is kept under an old name belongs to the rule that has the new one.
      await renameInVersions(tx, next.renames)
      await carryOutRenames(tx, next.renames)
      await rememberVersions(tx, next, nowMs)
      if (sources === undefined) return
      await saveBook(tx, next.version, sources, nowMs)
      await settleReleases(tx, next, { nowMs, authors })
    })
    standing.tookForce(sources)
    await release(next)
  }

  async function release(next: RuleBook): Promise<void> {
    const { released, releases, stamp } = await db.tx(async (tx) => {
      const latest = await releaseStore.latest(tx)
      return {
        released: await releasedBook(tx, next, { releases: latest, facts }),
        releases: latest,
        stamp: await releaseStore.stamp(tx),
      }
    })
    written = next
    book = released.book
    releaseStamp = stamp
    log.info({ version: next.version, sops: next.sops.size, scripts: next.scripts.size }, 'rules in force')
    logUnreadable(log, released.unreadable)
    logHeldBack(log, next, releases)
    for (const listener of listeners) {
      try {
        listener(book)
      } catch (error) {
        log.error({ err: describeError(error) }, 'a listener failed on new rules')
      }
    }
  }

  /** What another process or a command has released, rolled back or stopped since. */
  async function lookAtReleases(): Promise<void> {
    if (written === undefined) return
    const stamp = await db.statement((tx) => releaseStore.stamp(tx))
    if (stamp !== releaseStamp) await release(written)
    await standing.keep(written.version)
  }

  async function resumeSaved(): Promise<void> {
    try {
      const saved = await db.tx((tx) => savedBook(tx, facts))
      if (saved === undefined) {
        log.error('rule files have faults and there are no earlier rules: running without any')
        return
      }
      log.error({ version: saved.version }, 'rule files have faults: running on the rules that were in force last')
      await enforce(saved, undefined)
    } catch (error) {
      log.error({ err: describeError(error) }, 'earlier rules cannot be used: running without any')
    }
  }

  const holder: RuleBookHolder = {
    current: () => book ?? EMPTY_BOOK,
    onChange: (listener) => {
      listeners.push(listener)
    },
  }
  return {
    ...holder,
    /** Faults of the files as they are now; empty when they are in force. */
    faults: (): readonly RuleFault[] => faults,
    /** Reads the files now. Throws the database's error when versions cannot be kept: the old book then stays and the
     *  next look tries again. Safe to repeat. */
    check: (): Promise<void> => inTurn(loader.load),
    /** Reads the files if they changed since the last look and are quiet, and the releases if there are new ones; cheap,
     *  for every beat. */
    look: (): Promise<void> =>
      inTurn(async () => {
        if (loader.isChecking()) return lookAtReleases()
        const { text, touchedAtMs } = await folderSignature(folder)
        // The file system's clock, not ours: a settable clock does not move files.
        // What was known besides the files when they had faults may be other by now.
        const isStale =
          faults.length > 0 &&
          atHand !== undefined &&
          clock.now() - readAtMs >= Math.max(READ_AGAIN_MS, loader.restMs())
        const stillMs = Math.abs(Date.now() - touchedAtMs)
        if ((text === seen && !isStale) || stillMs < QUIET_MS) return lookAtReleases()
        if (stillMs >= CUT_QUIET_MS || !(await isPerhapsCut(folder, texts))) await loader.begin()
        await lookAtReleases()
      }),
    /** Resolves when no check is under way. */
    settled: (): Promise<void> => loader.settled().then(() => running),
    /** Ends a check that is under way. */
    stop: loader.stop,
  }
}

async function authorsIn(folder: string, sops: readonly Sop[]): Promise<Map<string, Author>> {
  return new Map(await Promise.all(sops.map(async ({ name, file }) => [name, await fileAuthor(folder, file)] as const)))
}

function logGone(log: Pick<Logger, 'warn'>, gone: readonly GoneRule[]): void {
  if (gone.length > 0) log.warn({ count: gone.length }, 'rules that were in force are no longer in the files')
}

function logUnreadable(
  log: Pick<Logger, 'error'>,
  unreadable: readonly { sop: string; version: string; error: unknown }[],
): void {
  for (const { sop, version, error } of unreadable) {
    const fault = { sop, version, err: describeError(error) }
    log.error(fault, 'the released version of this journey cannot be read: new entrants get that of the files')
  }
}

function logHeldBack(log: Pick<Logger, 'warn'>, next: RuleBook, releases: ReadonlyMap<string, Release>): void {
  for (const { name: sop } of next.sops.values()) {
    const last = releases.get(sop)
    if (last === undefined || !isHeldBack(last)) continue
    const { stable, fileVersion, what } = last
    log.warn({ sop, stable, fileVersion, what }, 'new entrants do not get the version in the files: it is held back')
  }
}
