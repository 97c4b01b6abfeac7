import type { Clock } from '../../../core/kernel/clock.ts'
import { type Subscription, subscribe } from '../../../engine/inbox/subscription.ts'
import { ConsentChanged } from '../../../records/privacy/privacy-events.ts'
import { entryStore } from '../model/sop-entry.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import type { Walk } from './walk.ts'

const WHY = '客户拒绝了营销'

export interface OnRefusalDeps {
  clock: Clock
  versions: SopVersions
  walk: Pick<Walk, 'end'>
}

/** Who refuses that we write to them leaves every journey at once, with whatever it still had for them. Safe to repeat. */
export const onRefusal = ({ clock, versions, walk }: OnRefusalDeps): Subscription =>
  subscribe('sop.refused', ConsentChanged, async (tx, { payload: { externalUserId, kind, scope, state } }) => {
    if (kind !== 'marketing' || !['', 'journeys'].includes(scope) || state !== 'refused') return
    for (const entry of await entryStore.activeOf(tx, externalUserId)) {
      const gone = { name: entry.sop, version: entry.version, title: entry.sop }
      const sop = (await versions(tx, entry.sop, entry.version)) ?? gone
      await entryStore.take(tx, entry, clock.now())
      await walk.end(tx, sop, entry, { state: 'left', why: WHY })
    }
  })
