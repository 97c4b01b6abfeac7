import type { Tx } from '../../../core/db/tx.ts'
import { groupBy } from '../../../core/kernel/group-by.ts'
import { priorityOf } from '../../../rules/book/priority.ts'
import type { RuleBook, Sop } from '../../../rules/book/rule-book.ts'
import { type Entry, entryStore } from '../model/sop-entry.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import type { Walk } from '../walk/walk.ts'

export interface ExclusiveGroupDeps {
  rules: { current(): Pick<RuleBook, 'sops'> }
  versions: SopVersions
  walk: Pick<Walk, 'end'>
}

/** Journeys of one `exclusive` group: a customer is in one at a time. Of two, the one with the higher priority has the
 *  customer; of equals, the one that had them first. */
export function createExclusiveGroup({ rules, versions, walk }: ExclusiveGroupDeps) {
  /** Where these customers are in other journeys of the groups of these versions. */
  async function rivalsOf(tx: Tx, sops: readonly Sop[], externalUserIds: string[]) {
    const book = rules.current()
    const others = [...book.sops.values()].filter((one) => sops.some((sop) => isRival(one, sop)))
    const names = others.map((one) => one.name)
    return (await entryStore.activeIn(tx, names, externalUserIds)).flatMap((entry): { entry: Entry; sop: Sop }[] => {
      const rival = book.sops.get(entry.sop)
      return rival === undefined ? [] : [{ entry, sop: rival }]
    })
  }

  return {
    /** By customer: the other journeys of the group that they are in; who is in none is left out. */
    insideOf: async (tx: Tx, released: Sop, externalUserIds: string[]): Promise<Map<string, Sop[]>> => {
      const versionsOfIt = released.canary === undefined ? [released] : [released, released.canary.sop]
      const rivals = await rivalsOf(tx, versionsOfIt, externalUserIds)
      const byCustomer = groupBy(rivals, ({ entry }) => entry.externalUserId)
      return new Map([...byCustomer].map(([id, list]) => [id, list.map(({ sop }) => sop)]))
    },

    /** Ends these customers' less important journeys of the group. Safe to repeat. */
    takeOver: async (tx: Tx, sop: Sop, externalUserIds: string[]): Promise<void> => {
      for (const { entry, sop: rival } of await rivalsOf(tx, [sop], externalUserIds)) {
        if (isAsStrong(rival, sop)) continue
        const version = (await versions(tx, entry.sop, entry.version)) ?? { ...rival, version: entry.version }
        await walk.end(tx, version, entry, { state: 'left', why: `让位给优先级更高的 SOP「${sop.title}」` })
      }
    },
  }
}
export type ExclusiveGroup = ReturnType<typeof createExclusiveGroup>

/** The title of the journey that keeps somebody who is inside these out of `sop`; undefined when none does. */
export const holderAmong = (inside: readonly Sop[], sop: Sop): string | undefined =>
  inside.find((one) => isRival(one, sop) && isAsStrong(one, sop))?.title

const isAsStrong = (rival: Sop, sop: Sop): boolean => priorityOf(rival) >= priorityOf(sop)

function isRival(one: Sop, sop: Sop): boolean {
  const group = sop.value.exclusive
  return group !== undefined && one.name !== sop.name && one.value.exclusive === group
}
