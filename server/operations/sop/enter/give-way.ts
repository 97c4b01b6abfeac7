import type { Tx } from '../../../core/db/tx.ts'
import type { RuleBookHolder, Sop } from '../../../rules/book/rule-book.ts'
import { priorityOf } from '../model/by-priority.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import type { Proceed } from '../walk/proceed.ts'
import { heldBy, rivalsOf } from './rivals.ts'

export interface GiveWayDeps {
  rules: Pick<RuleBookHolder, 'current'>
  versions: SopVersions
  proceed: Pick<Proceed, 'end'>
}

/** Journeys of one `exclusive` group: a customer is in one at a time. Of two, the one with the higher priority has the
 *  customer; of equals, the one that had them first. */
export const createGiveWay = ({ rules, versions, proceed }: GiveWayDeps) => ({
  heldBy: (tx: Tx, sop: Sop, externalUserIds: string[]): Promise<Map<string, string>> =>
    heldBy(tx, rules, sop, externalUserIds),
  /** Ends these customers' less important journeys of the group. Safe to repeat. */
  takeOver: async (tx: Tx, sop: Sop, externalUserIds: string[]): Promise<void> => {
    for (const { entry, sop: rival } of await rivalsOf(tx, rules, sop, externalUserIds)) {
      if (priorityOf(rival) >= priorityOf(sop)) continue
      const version = (await versions(tx, entry.sop, entry.version)) ?? { ...rival, version: entry.version }
      await proceed.end(tx, version, entry, { state: 'left', why: `让位给优先级更高的 SOP「${sop.title}」` })
    }
  },
})
export type GiveWay = ReturnType<typeof createGiveWay>
