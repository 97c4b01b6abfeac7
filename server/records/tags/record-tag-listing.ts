import { every, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import type { StrategyTagGroup } from '../../platform/wecom/api/strategy-tags.ts'
import type { TagListing } from './read-tag-listing.ts'
import { CORP_TAG } from './tag-tables.ts'

export const pathOf = (group: string, name: string): string => `${group}/${name}`

/** What a listing changed in what we knew; tag ids. */
export interface TagChanges {
  added: string[]
  renamed: string[]
  deleted: string[]
}

const SHOWN = ['group_id', 'group_name', 'tag_name', 'group_sort', 'tag_sort', 'strategy_id'] as const

/** Writes the tags that are other than they were here. */
export async function recordTagGroups(
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

/** A tag made while the listing was under way is not in it, and not gone. */
export async function recordTagListing(
  tx: Tx,
  { groups, strategyGroups, isComplete, readAtMs }: TagListing,
  nowMs: number,
): Promise<TagChanges> {
  const all = [...groups, ...(strategyGroups ?? [])]
  const { present, added, renamed } = await recordTagGroups(tx, all, { atMs: readAtMs, ours: false })
  const isPresent = new Set(present)
  const isListed = strategyGroups === undefined ? [sql`${CORP_TAG.strategy_id} IS NULL`] : []
  const isUnseen = every([sql`${CORP_TAG.gone_at} IS NULL`, sql`${CORP_TAG.seen_at} < ${readAtMs}`, ...isListed])
  const stored = await tx.rows(sql`SELECT ${pick(CORP_TAG, 'tag_id')} FROM ${CORP_TAG} WHERE ${isUnseen}`)
  const missing = stored.map((row) => row.tag_id).filter((tagId) => !isPresent.has(tagId))
  const deleted = isComplete ? missing : []
  for (const tagId of deleted) {
    const gone = set(CORP_TAG, { gone_at: nowMs })
    await tx.run(sql`UPDATE ${CORP_TAG} SET ${gone} WHERE ${CORP_TAG.tag_id} = ${tagId}`)
  }
  return { added, renamed, deleted }
}
