import type { Tx } from '../db/tx.ts'
import type { RuleBookHolder, Sop } from '../rules/rule-book.ts'
import { priorityOf } from './by-priority.ts'
import type { Proceed } from './proceed.ts'
import { type Entry, entryStore } from './sop-entry.ts'
import type { SopVersions } from './sop-versions.ts'

export interface GiveWayDeps {
  rules: Pick<RuleBookHolder, 'current'>
  versions: SopVersions
  proceed: Pick<Proceed, 'end'>
}

/** Journeys of one `exclusive` group: a customer is in one at a time. Of two, the one with the higher priority has the
 *  customer; of equals, the one that had them first. */
export function createGiveWay({ rules, versions, proceed }: GiveWayDeps) {
  /** Entries of these customers in other journeys of the same group. */
  async function rivalsOf(tx: Tx, sop: Sop, externalUserIds: string[]): Promise<{ entry: Entry; rival: Sop }[]> {
    const group = sop.value.exclusive
    if (group === undefined) return []
    const book = rules.current()
    const others = [...book.sops.values()].filter((one) => one.name !== sop.name && one.value.exclusive === group)
    const active = await entryStore.activeIn(
      tx,
      others.map((one) => one.name),
      externalUserIds,
    )
    return active.flatMap((entry) => {
      const rival = book.sops.get(entry.sop)
      return rival === undefined ? [] : [{ entry, rival }]
    })
  }

  return {
    /** Those of these customers whom a journey of at least the same priority has, with its title. */
    heldBy: async (tx: Tx, sop: Sop, externalUserIds: string[]): Promise<Map<string, string>> => {
      const rivals = await rivalsOf(tx, sop, externalUserIds)
      const stronger = rivals.filter(({ rival }) => priorityOf(rival) >= priorityOf(sop))
      return new Map(stronger.map(({ entry, rival }) => [entry.externalUserId, rival.title]))
    },
    /** Ends these customers' less important journeys of the group. Safe to repeat. */
    takeOver: async (tx: Tx, sop: Sop, externalUserIds: string[]): Promise<void> => {
      for (const { entry, rival } of await rivalsOf(tx, sop, externalUserIds)) {
        if (priorityOf(rival) >= priorityOf(sop)) continue
        const version = (await versions(tx, entry.sop, entry.version)) ?? { ...rival, version: entry.version }
        await proceed.end(tx, version, entry, { state: 'left', why: `让位给优先级更高的 SOP「${sop.title}」` })
      }
    },
  }
}
export type GiveWay = ReturnType<typeof createGiveWay>
