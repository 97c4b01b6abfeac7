import { leftOut } from '../../../core/db/define-table.ts'
import { describeError } from '../../../core/kernel/app-error.ts'
import type { Logger } from '../../../core/kernel/logger.ts'
import { maskPhones } from '../../../core/kernel/mask-phones.ts'
import { MINUTE_MS, SECOND_MS } from '../../../core/kernel/shanghai.ts'
import type { Job } from '../../../engine/jobs/job.ts'
import type { Alerts } from '../../../records/alerts/alerts.ts'
import type { Rule, RuleBookHolder } from '../../../rules/book/rule-book.ts'
import type { ShopRule } from '../../../rules/schema/rule-files.ts'
import { freeAllFiles } from './claim-file.ts'
import { endsWhole, type FoundFile, filesIn, whyUnreadable } from './files-in.ts'
import { createTakeFile, type TakeFileDeps } from './take-file.ts'
import { unreadAlertKey, unreadTrouble } from './unread-files.ts'

const LOOK_EVERY_MS = 10 * SECOND_MS
/** An upload that stands still for longer is given up by whoever sends it. */
const STALLED_MS = 3 * MINUTE_MS

export type WatchFoldersDeps = TakeFileDeps & {
  alerts: Alerts
  log: Pick<Logger, 'warn'>
  rules: Pick<RuleBookHolder, 'current'>
}

interface Seen {
  mark: string
  /** Since when it looks so, UTC milliseconds by our clock: that of the disk may be another. */
  sinceMs: number
  /** By which rule it has been taken. */
  takenBy?: string
}

/** Looks into the folders of shops that come by files, and takes what was put there once nobody writes to it any more: a file that
 *  looked the same ten seconds before, and minutes before where it does not end as a whole one does. One that cannot be read holds
 *  up no other. Where nothing has changed the database is not asked. Files are only read. */
export function createWatchFolders(deps: WatchFoldersDeps): Job {
  const { db, clock, alerts, rules, log } = deps
  const take = createTakeFile(deps)
  /** By shop and path. */
  const seen = new Map<string, Seen>()
  /** What the log has been told. */
  const silent = new Set<string>()
  /** Of each shop that this process has looked into: the files that it may not read, as people were told. */
  const told = new Map<string, string>()
  let isFreed = false

  function warnOnce(key: string, error: unknown, of: { shop: string }): void {
    // The doctor tells people; the log once.
    if (!silent.has(key)) log.warn({ ...of, err: describeError(error) }, 'files of a shop could not be read')
    silent.add(key)
  }

  /** A file that this process may not read. */
  async function isUnreadable(rule: Rule<ShopRule>, file: FoundFile, isStopping: () => boolean): Promise<boolean> {
    const { id } = rule.value
    const key = `${id} ${file.path}`
    const before = seen.get(key)
    const isAsBefore = before?.mark === file.mark
    if (isAsBefore && before.takenBy === rule.version) return false
    if (!isAsBefore) seen.set(key, { mark: file.mark, sinceMs: clock.now() })
    // At the first look, too: a process that begins must not end what another one has told.
    if ((await whyUnreadable(file.path)) !== undefined) return true
    if (!isAsBefore) return false
    try {
      if (clock.now() - before.sinceMs < STALLED_MS && !(await endsWhole(file))) return false
      if ((await take(rule.value, file, isStopping)) === 'ended') seen.set(key, { ...before, takenBy: rule.version })
      silent.delete(key)
    } catch (error) {
      warnOnce(key, error, { shop: id })
    }
    return false
  }

  async function lookInto(rule: Rule<ShopRule>, folder: string, isStopping: () => boolean): Promise<void> {
    const { id } = rule.value
    const found = await filesIn(folder)
    const there = new Set(found.map(({ path }) => `${id} ${path}`))
    for (const key of seen.keys()) if (key.startsWith(`${id} `) && !there.has(key)) seen.delete(key)
    const unread: FoundFile[] = []
    for (const file of found) {
      if (isStopping()) return
      if (await isUnreadable(rule, file, isStopping)) unread.push(file)
    }
    await tellUnread(rule.value, unread)
  }

  async function tellUnread({ id, shop, keeper }: ShopRule, unread: readonly FoundFile[]): Promise<void> {
    const { text, todo } = unreadTrouble(unread.map(({ name }) => ({ name: maskPhones(name) })))
    const now = unread.length === 0 ? '' : text
    if (told.get(id) === now) return
    const key = unreadAlertKey(id)
    await db.tx(async (tx) => {
      if (unread.length === 0) {
        const isOpen = (await alerts.queries.openAmong(tx, [key])).has(key)
        if (isOpen) await alerts.resolve(tx, key)
        return
      }
      const alsoTo = keeper === undefined ? [] : [keeper]
      await alerts.raise(tx, {
        key,
        text: `「${shop}」的文件夹：${text}`,
        todo,
        alsoTo,
        isNewsWhenChanged: true,
      })
    })
    told.set(id, now)
  }

  return {
    name: 'shops.files',
    everyMs: LOOK_EVERY_MS,
    // Rows say which process takes which file.
    sideBySide: true,
    dueAt: leftOut('a rehearsal reads no files'),
    run: async (isStopping = () => false) => {
      const shops = [...rules.current().shops.values()].filter(({ value }) => value.enabled !== false)
      for (const rule of shops) {
        const { id, folder } = rule.value
        if (folder === undefined) continue
        try {
          // SQLite belongs to one process: whoever held a file before is dead.
          if (!isFreed && db.dialect === 'sqlite') await db.statement(freeAllFiles)
          isFreed = true
          await lookInto(rule, folder, isStopping)
          silent.delete(id)
        } catch (error) {
          warnOnce(id, error, { shop: id })
        }
      }
    },
  }
}
