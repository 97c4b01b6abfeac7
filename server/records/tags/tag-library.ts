import { createHash } from 'node:crypto'
import { leftOut } from '../../core/db/define-table.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { createReadTagListing, type TagListing } from './read-tag-listing.ts'
import { pathOf, recordTagGroups, recordTagListing, type TagChanges } from './record-tag-listing.ts'
import { createRenameTags, type RenameTagsDeps } from './rename-tags.ts'
import { CreateTags, ListTags } from './tag-actions.ts'
import { tagQueries } from './tag-queries.ts'
import { underPresentNames } from './under-present-names.ts'

export interface TagLibraryDeps {
  wecom: Pick<Wecom, 'tags' | 'strategyTags'>
  clock: Clock
  outbox: Outbox
  rules: Pick<RuleBookHolder, 'current'>
  alerts: RenameTagsDeps['alerts']
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
}

const KEEP_EVERY_MS = 10 * MINUTE_MS
/** The corp's tag library: mirrors WeCom's, and makes there what the rule book names. Tags of strategies (规则组) are only
 *  mirrored: they are their administrators'. */
export function createTagLibrary({ wecom, clock, outbox, rules, db, alerts }: TagLibraryDeps) {
  const { read, readOnce } = createReadTagListing({ wecom, clock })
  const renaming = createRenameTags({ wecom, clock, outbox, alerts })

  const askForListing = (tx: Tx, key: string, text: string): Promise<void> =>
    outbox.enqueue(tx, ListTags, { key: `tag.list:${key}`, payload: {}, reason: { text } })

  /** Asks for what the rule book names and WeCom lacks. Once an hour per set of names, until it is there. */
  async function createMissing(tx: Tx): Promise<void> {
    for (const { group, names, strategy } of rules.current().tags) {
      if (strategy === true) continue
      const known = await tagQueries.byPath(
        tx,
        names.map((name) => pathOf(group, name)),
      )
      const missing = [...new Set(names.filter((name) => !known.has(pathOf(group, name))))]
      if (missing.length === 0) continue
      const digest = createHash('sha256')
        .update(JSON.stringify([group, missing]))
        .digest('base64url')
        .slice(0, 22)
      await outbox.enqueue(tx, CreateTags, {
        key: `tag.create:${digest}:${Math.floor(clock.now() / HOUR_MS)}`,
        payload: { group, names: missing },
        reason: { text: `标签规则里有「${group}」的 ${missing.length} 个标签，企业微信里还没有` },
      })
    }
  }

  async function recordListing(tx: Tx, listing: TagListing): Promise<TagChanges> {
    const { groups, wanted } = underPresentNames(listing.groups, rules.current().renames)
    const changes = await recordTagListing(tx, { ...listing, groups }, clock.now())
    await renaming.keep(tx, wanted)
    await createMissing(tx)
    return changes
  }

  /** True when the rule book will have this tag made. */
  const isWanted = (path: string): boolean =>
    rules
      .current()
      .tags.some(
        ({ group, names, strategy }) => strategy !== true && names.some((name) => pathOf(group, name) === path),
      )

  const keep = (): Promise<void> => db.tx((tx) => askForListing(tx, `keep:${clock.now()}`, '核对企业标签'))

  const executors: Executor[] = [
    renaming.executor,
    execute(ListTags, {
      perform: ({ createdAtMs }) => readOnce(createdAtMs),
      record: async (tx, _action, listing) => {
        if (listing !== undefined) await recordListing(tx, listing)
      },
    }),
    execute(CreateTags, {
      perform: async ({ payload }) =>
        (
          await wecom.tags.add({
            group_name: payload.group,
            tag: payload.names.map((name) => ({ name })),
          })
        ).tag_group,
      record: async (tx, _action, group) => {
        await recordTagGroups(tx, [group], { atMs: clock.now(), ours: true })
      },
    }),
  ]
  const job: Job = {
    name: 'tags.keep',
    everyMs: KEEP_EVERY_MS,
    dueAt: leftOut('it makes tags on the platform'),
    run: async () => void (await keep()),
  }
  return { executors, job, keep, askForListing, isWanted, read, recordListing }
}
export type TagLibrary = ReturnType<typeof createTagLibrary>
