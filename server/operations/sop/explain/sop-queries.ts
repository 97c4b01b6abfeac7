import type { Tx } from '../../../core/db/tx.ts'
import type { Reason } from '../../../core/kernel/reason.ts'
import type { TriggerEvent } from '../../../rules/schema/sop-event.ts'
import { eventZh, type Vocabulary } from '../../../rules/vocabulary.ts'
import { type EntryState, entryStore } from '../model/sop-entry.ts'
import type { SopVersions } from '../model/sop-versions.ts'
import { stepLog } from '../model/step-log.ts'
import { positionAfter, stepAt } from '../model/step-path.ts'
import { stepText } from '../model/step-text.ts'

/** One customer's journey, for people. */
export interface Journey {
  id: number
  sop: string
  version: string
  title: string
  state: EntryState
  position: string
  enteredAtMs: number
  /** By what: a few Chinese words. */
  entered: string
  /** The facts that let the customer in. */
  seen: Record<string, unknown>
  /** Of those who are only watched: nothing is done with them. */
  heldOut: boolean
  canary: boolean
  endedAtMs: number | undefined
  endReason: string | undefined
  /** What the customer stands at, while active and not only watched: one Chinese line. */
  now: string | undefined
  /** What comes after the wait under way. */
  next: string | undefined
  /** When it goes on by itself. */
  nextAtMs: number | undefined
  waitingEvent: TriggerEvent | undefined
  steps: { position: string; kind: string; atMs: number; outcome: string; reason: Reason | undefined }[]
}

export const createSopQueries = (versions: SopVersions, vocabulary: Vocabulary) => ({
  /** Active journeys first, then the newest. */
  ofCustomer: async (tx: Tx, externalUserId: string): Promise<Journey[]> => {
    const entries = await entryStore.explained(tx, externalUserId)
    const steps = await stepLog.ofEntries(
      tx,
      entries.map((entry) => entry.id),
    )
    const journeys: Journey[] = []
    for (const entry of entries) {
      const sop = await versions(tx, entry.sop, entry.version)
      const list = sop?.steps ?? []
      const current = entry.state === 'active' && !entry.heldOut ? stepAt(list, entry.position) : undefined
      const following =
        current !== undefined && 'wait' in current ? stepAt(list, positionAfter(list, entry.position)) : undefined
      journeys.push({
        id: entry.id,
        sop: entry.sop,
        version: entry.version,
        title: sop?.title ?? entry.sop,
        state: entry.state,
        position: entry.position,
        enteredAtMs: entry.enteredAtMs,
        entered: entry.event === undefined ? '看名单时符合条件' : eventZh(vocabulary, entry.event.kind),
        seen: entry.seen,
        heldOut: entry.heldOut,
        canary: entry.canary,
        endedAtMs: entry.endedAtMs,
        endReason: entry.endReason,
        now: current === undefined ? undefined : stepText(current, vocabulary),
        next: following === undefined ? undefined : stepText(following, vocabulary),
        nextAtMs: entry.dueAtMs,
        waitingEvent: entry.waitingEvent,
        steps: steps
          .filter((step) => step.entryId === entry.id)
          .map(({ position, kind, atMs, outcome, reason }) => ({ position, kind, atMs, outcome, reason })),
      })
    }
    return journeys.sort((a, b) => Number(b.state === 'active') - Number(a.state === 'active'))
  },
})
