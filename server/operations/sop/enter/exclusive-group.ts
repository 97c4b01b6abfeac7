import type { Tx } from '../../../core/db/tx.ts'
import { priorityOf } from '../../../rules/book/priority.ts'
import type { RuleBookHolder, Sop } from '../../../rules/book/rule-book.ts'
import { type Entry, entryStore } from '../model/sop-entry.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import type { Walk } from '../walk/walk.ts'

export interface ExclusiveGroupDeps {
  rules: Pick<RuleBookHolder, 'current'>
  versions: SopVersions
  walk: Pick<Walk, 'end'>
}

/** Journeys of one `exclusive` group: a customer is in one at a time. Of two, the one with the higher priority has the
 *  customer; of equals, the one that had them first. */
export const createExclusiveGroup = ({ rules, versions, walk }: ExclusiveGroupDeps) => ({
  heldBy: (tx: Tx, sop: Sop, externalUserIds: string[]): Promise<Map<string, string>> =>
    heldBy(tx, rules, sop, externalUserIds),
  /** Ends these customers' less important journeys of the group. Safe to repeat. */
  takeOver: async (tx: Tx, sop: Sop, externalUserIds: string[]): Promise<void> => {
    for (const { entry, sop: rival } of await rivalsOf(tx, rules, sop, externalUserIds)) {
      if (priorityOf(rival) >= priorityOf(sop)) continue
      const version = (await versions(tx, entry.sop, entry.version)) ?? { ...rival, version: entry.version }
      await walk.end(tx, version, entry, { state: 'left', why: `让位给优先级更高的 SOP「${sop.title}」` })
    }
  },
})
export type ExclusiveGroup = ReturnType<typeof createExclusiveGroup>

interface Rival {
  entry: Entry
  sop: Sop
}

/** Where these customers are in other journeys of the same `exclusive` group. */
async function rivalsOf(
  tx: Tx,
  rules: Pick<RuleBookHolder, 'current'>,
  sop: Sop,
  externalUserIds: string[],
): Promise<Rival[]> {
  if (sop.value.exclusive === undefined) return []
  const book = rules.current()
  const others = [...book.sops.values()].filter((one) => isRival(one, sop))
  const active = await entryStore.activeIn(
    tx,
    others.map((one) => one.name),
    externalUserIds,
  )
  return active.flatMap((entry) => {
    const rival = book.sops.get(entry.sop)
    return rival === undefined ? [] : [{ entry, sop: rival }]
  })
}

/** Those of these customers whom a journey of at least the same priority has, with its title. */
async function heldBy(
  tx: Tx,
  rules: Pick<RuleBookHolder, 'current'>,
  sop: Sop,
  externalUserIds: string[],
): Promise<Map<string, string>> {
  const rivals = await rivalsOf(tx, rules, sop, externalUserIds)
  const stronger = rivals.filter((rival) => isAsStrong(rival.sop, sop))
  return new Map(stronger.map((rival) => [rival.entry.externalUserId, rival.sop.title]))
}

/** The same for one customer who is known to be in these journeys. */
export const holderAmong = (inside: readonly Sop[], sop: Sop): string | undefined =>
  inside.find((one) => isRival(one, sop) && isAsStrong(one, sop))?.title

const isAsStrong = (rival: Sop, sop: Sop): boolean => priorityOf(rival) >= priorityOf(sop)

function isRival(one: Sop, sop: Sop): boolean {
  const group = sop.value.exclusive
  return group !== undefined && one.name !== sop.name && one.value.exclusive === group
}
