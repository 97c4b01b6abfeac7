import type { Db } from '../../core/db/db.ts'
import { createSharedTx } from '../../core/db/shared-tx.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { tagsOfPair } from './follow-tag-store.ts'
import type { MarkTagsPayload } from './tag-actions.ts'
import type { TagLibrary } from './tag-library.ts'
import { type CorpTag, tagQueries } from './tag-queries.ts'
import type { TagSetBy } from './tag-tables.ts'

export interface TagPlan {
  add: CorpTag[]
  remove: CorpTag[]
  /** Neither in WeCom nor in the rule book. */
  unknown: string[]
  /** Put on by a person, so a rule leaves them. */
  kept: string[]
}

/** What is still to be done of wanted changes, all of one pair. Throws tags.not-made-yet. */
export function createPlanTagChanges({
  db,
  library,
}: {
  db: Pick<Db, 'statement'>
  library: Pick<TagLibrary, 'isWanted'>
}) {
  /** What is to be done of each, all of one pair. */
  async function plans(tx: Tx, payloads: readonly MarkTagsPayload[]): Promise<TagPlan[]> {
    const [pair] = payloads
    if (pair === undefined) return []
    const paths = payloads.flatMap(({ add, remove }) => [...add, ...remove])
    const tags = await tagQueries.byPath(tx, [...new Set(paths)])
    const isOn = new Map((await tagsOfPair(tx, pair)).map((tag) => [tag.tagId, tag.setBy]))
    return payloads.map((payload) => planOf(payload, tags, isOn))
  }

  function planOf(payload: MarkTagsPayload, tags: Map<string, CorpTag>, isOn: ReadonlyMap<string, TagSetBy>): TagPlan {
    const missing = payload.add.filter((path) => !tags.has(path))
    if (missing.some(library.isWanted)) {
      throw new AppError('tags.not-made-yet', 'a tag of the rule book is not in WeCom yet', { retry: 'later' })
    }
    const known = (paths: string[]): CorpTag[] => [...new Set(paths)].flatMap((path) => tags.get(path) ?? [])
    const present = known(payload.remove).filter((tag) => isOn.has(tag.tagId))
    const isByHand = (tag: CorpTag): boolean => payload.by === 'rule' && isOn.get(tag.tagId) !== 'rule'
    return {
      add: known(payload.add).filter((tag) => !isOn.has(tag.tagId)),
      remove: present.filter((tag) => !isByHand(tag)),
      unknown: missing,
      kept: present.filter(isByHand).map((tag) => tag.path),
    }
  }

  // Plans read and write nothing, and those of one batch are asked for at once.
  const shared = createSharedTx({ tx: db.statement }, { gatherMs: 0 })
  return async function planned(payloads: readonly MarkTagsPayload[]): Promise<TagPlan[]> {
    let made: TagPlan[] = []
    await shared(payloads[0]?.externalUserId ?? '', async (tx) => {
      made = await plans(tx, payloads)
    })
    return made
  }
}
