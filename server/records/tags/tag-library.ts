import { createHash } from 'node:crypto'
import { leftOut } from '../../core/db/define-table.ts'
import { every, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Job } from '../../engine/jobs/job.ts'
import type { StrategyTagGroup } from '../../platform/wecom/api/strategy-tags.ts'
import type { CorpTagGroup } from '../../platform/wecom/api/tags.ts'
import { errorCode } from '../../platform/wecom/error-codes/error-codes.ts'
import type { ErrorKind } from '../../platform/wecom/error-codes/error-rows.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { isWhole } from '../../platform/wecom/wire/left-out.ts'
import { WecomError } from '../../platform/wecom/wire/wecom-error.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { CreateTags, ListTags } from './tag-actions.ts'
import { tagQueries } from './tag-queries.ts'
import { CORP_TAG } from './tag-tables.ts'

export interface TagLibraryDeps {
  wecom: Pick<Wecom, 'tags' | 'strategyTags'>
  clock: Clock
  outbox: Outbox
  rules: Pick<RuleBookHolder, 'current'>
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
}

const KEEP_EVERY_MS = 10 * MINUTE_MS
/** A corp without strategies (规则组), or an app that may not see them, refuses: not asked every ten minutes. */
const REFUSED_FOR_MS = DAY_MS
const REFUSALS: ReadonlySet<ErrorKind> = new Set(['operator', 'never', 'gone', 'unknown'])

const pathOf = (group: string, name: string): string => `${group}/${name}`

/** What a listing changed in what we knew; tag ids. */
export interface TagChanges {
  added: string[]
  renamed: string[]
  deleted: string[]
}

/** The library as WeCom has it. */
export interface TagListing {
  groups: CorpTagGroup[]
  /** Undefined: WeCom does not tell; what is known of them stays. */
  strategyGroups?: StrategyTagGroup[] | undefined
  /** False when something of it could not be read: then what is not in it may be there all the same. */
  isComplete: boolean
  readAtMs: number
}

const SHOWN = ['group_id', 'group_name', 'tag_name', 'group_sort', 'tag_sort', 'strategy_id'] as const

/** Writes the tags that are other than they were here. */
async function recordGroups(
  tx: Tx,
  groups: StrategyTagGroup[],
  seen: { atMs: number; ours: boolean },
): Promise<{ present: string[]; added: string[]; renamed: string[] }> {
  const rows = groups.flatMap((group) =>
    group.tag.map((tag) => ({
      tag_id: tag.id,
      group_id: group.group_id,
      group_name: group.group_name,
      tag_name: tag.name,
      path: pathOf(group.group_name, tag.name),
      group_sort: group.order ?? 0,
      tag_sort: tag.order ?? 0,
      strategy_id: group.strategy_id ?? null,
      seen_at: seen.atMs,
      gone_at: null,
      ...(seen.ours ? { ours: 1 } : {}),
    })),
  )
  const stored = await tx.rows(sql`SELECT ${pick(CORP_TAG, 'tag_id', ...SHOWN, 'gone_at')} FROM ${CORP_TAG}`)
  const known = new Map(stored.map((row) => [row.tag_id, row]))
  const added: string[] = []
  const renamed: string[] = []
  const differ = rows.filter((row) => {
    const before = known.get(row.tag_id)
    if (before === undefined || before.gone_at !== null) added.push(row.tag_id)
    else if (before.group_name !== row.group_name || before.tag_name !== row.tag_name) renamed.push(row.tag_id)
    return before === undefined || before.gone_at !== null || seen.ours || SHOWN.some((key) => before[key] !== row[key])
  })
  if (differ.length > 0) await tx.upsert(CORP_TAG, differ, ['tag_id'])
  return { present: rows.map((row) => row.tag_id), added, renamed }
}

/** The corp's tag library: mirrors WeCom's, and makes there what the rule book names. Tags of strategies (规则组) are only
 *  mirrored: they are their administrators'. */
export function createTagLibrary({ wecom, clock, outbox, rules, db }: TagLibraryDeps) {
  const askForListing = (tx: Tx, key: string, text: string): Promise<boolean> =>
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

  /** A tag made while the listing was under way is not in it, and not gone. */
  async function recordListing(
    tx: Tx,
    { groups, strategyGroups, isComplete, readAtMs }: TagListing,
  ): Promise<TagChanges> {
    const all = [...groups, ...(strategyGroups ?? [])]
    const { present, added, renamed } = await recordGroups(tx, all, { atMs: readAtMs, ours: false })
    const isPresent = new Set(present)
    const isListed = strategyGroups === undefined ? [sql`${CORP_TAG.strategy_id} IS NULL`] : []
    const isUnseen = every([sql`${CORP_TAG.gone_at} IS NULL`, sql`${CORP_TAG.seen_at} < ${readAtMs}`, ...isListed])
    const stored = await tx.rows(sql`SELECT ${pick(CORP_TAG, 'tag_id')} FROM ${CORP_TAG} WHERE ${isUnseen}`)
    const missing = stored.map((row) => row.tag_id).filter((tagId) => !isPresent.has(tagId))
    const deleted = isComplete ? missing : []
    for (const tagId of deleted) {
      const gone = set(CORP_TAG, { gone_at: clock.now() })
      await tx.run(sql`UPDATE ${CORP_TAG} SET ${gone} WHERE ${CORP_TAG.tag_id} = ${tagId}`)
    }
    await createMissing(tx)
    return { added, renamed, deleted }
  }

  /** True when the rule book will have this tag made. */
  const isWanted = (path: string): boolean =>
    rules
      .current()
      .tags.some(
        ({ group, names, strategy }) => strategy !== true && names.some((name) => pathOf(group, name) === path),
      )

  const keep = (): Promise<boolean> => db.tx((tx) => askForListing(tx, `keep:${clock.now()}`, '核对企业标签'))

  let strategiesRefusedUntilMs = Number.NEGATIVE_INFINITY

  async function readStrategies(): Promise<StrategyTagGroup[] | undefined> {
    if (clock.now() < strategiesRefusedUntilMs) return undefined
    try {
      return (await wecom.strategyTags.list()).tag_group
    } catch (error) {
      if (!(error instanceof WecomError) || !REFUSALS.has(errorCode(error.errcode).kind)) throw error
      strategiesRefusedUntilMs = clock.now() + REFUSED_FOR_MS
      return undefined
    }
  }

  const read = async (): Promise<TagListing> => {
    const readAtMs = clock.now()
    const groups = (await wecom.tags.list()).tag_group
    const strategyGroups = await readStrategies()
    const isComplete = isWhole(groups) && isWhole(strategyGroups ?? [])
    return { groups, strategyGroups, isComplete, readAtMs }
  }

  let latest: { begunAtMs: number; listing: ReturnType<typeof read> } | undefined

  /** One reading answers for all that was asked before it began: an administrator who moves thirty tags causes thirty
   *  events. Undefined: answered by that one. */
  async function readOnce(askedAtMs: number): Promise<Awaited<ReturnType<typeof read>> | undefined> {
    if (latest !== undefined && askedAtMs < latest.begunAtMs) {
      await latest.listing
      return undefined
    }
    const mine = { begunAtMs: clock.now(), listing: read() }
    latest = mine
    try {
      return await mine.listing
    } catch (error) {
      if (latest === mine) latest = undefined
      throw error
    }
  }

  const executors: Executor[] = [
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
        await recordGroups(tx, [group], { atMs: clock.now(), ours: true })
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
