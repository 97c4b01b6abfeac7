import type { Tx } from '../../../core/db/tx.ts'
import type { RuleBookHolder } from '../../../rules/book/rule-book.ts'
import { type Entry, entryStore } from '../model/sop-entry.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import { versionFor } from '../model/version-for.ts'
import type { LeaveStepDeps } from '../walk/steps/leave-step.ts'
import type { StartStepDeps } from '../walk/steps/start-step.ts'
import type { Walk } from '../walk/walk.ts'
import type { Enter } from './enter.ts'

export interface JourneyLinksDeps {
  rules: Pick<RuleBookHolder, 'current'>
  versions: SopVersions
  enter: Pick<Enter, 'byStep'>
  walk: Pick<Walk, 'end'>
}

/** Journeys that were changed one after the other may come round to each other; more starts in a row than this are not
 *  made. */
const MOST_STARTS = 8

/** What one journey does to another. */
export type JourneyLinks = StartStepDeps & LeaveStepDeps

export function createJourneyLinks({ rules, versions, enter, walk }: JourneyLinksDeps): JourneyLinks {
  const startJourney: StartStepDeps['startJourney'] = async (tx, name, { entry, title }) => {
    const released = rules.current().sops.get(name)
    if (released === undefined) return { title: name, why: '规则里没有它' }
    const sop = versionFor(released, entry.externalUserId) ?? released
    const startChain = entry.startChain + 1
    if (startChain > MOST_STARTS) {
      return { title: sop.title, why: `已经一个接一个开始了 ${MOST_STARTS} 个 SOP` }
    }
    const refused = await enter.byStep(tx, released, entry, { why: `SOP「${title}」的步骤`, startChain })
    return refused === undefined ? { title: sop.title } : { title: sop.title, why: refused.zh }
  }

  const leaveJourney: LeaveStepDeps['leaveJourney'] = async (tx, name, by) => {
    const title = rules.current().sops.get(name)?.title ?? name
    const entries = name === by.entry.sop ? [] : await entryStore.activeIn(tx, [name], [by.entry.externalUserId])
    for (const entry of entries) await endOne(tx, entry, title, by.title)
    return { title, left: entries.length > 0 }
  }

  async function endOne(tx: Tx, entry: Entry, title: string, by: string): Promise<void> {
    const sop = (await versions(tx, entry.sop, entry.version)) ?? { name: entry.sop, version: entry.version, title }
    await walk.end(tx, sop, entry, { state: 'left', why: `SOP「${by}」的步骤让客户退出` })
  }

  return { startJourney, leaveJourney }
}
