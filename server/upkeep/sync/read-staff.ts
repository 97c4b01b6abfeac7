import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Find, RunSteps } from './run-steps.ts'
import { SyncMember, SyncStaff } from './sync-actions.ts'
import { type SyncRun, syncRuns } from './sync-run.ts'

export interface ReadStaffDeps {
  clock: Clock
  log: Pick<Logger, 'error'>
  outbox: Outbox
  steps: RunSteps
  staff: Pick<Staff, 'read' | 'readMember' | 'recordListing' | 'recordMember' | 'queries'>
  wecom: { contacts: Pick<Wecom['contacts'], 'list'> }
  /** What is read once it is known who has customers. */
  afterwards(tx: Tx, run: SyncRun, guideIds: string[]): Promise<void>
}

const SAMPLE = 10

const reason = { text: '读取企业微信里的成员' }

/** Who has customers, and everybody's name; a run begins with it. */
export function createReadStaff({ clock, log, outbox, steps, staff, wecom, afterwards }: ReadStaffDeps): Executor[] {
  /** Who is missing in the listing may have left, or may only be out of our sight: each is asked for. */
  async function askForMissing(tx: Tx, run: SyncRun, listed: Set<string>): Promise<void> {
    for (const member of await staff.queries.all(tx)) {
      if (member.state === 'left' || listed.has(member.userId)) continue
      await steps.add(tx, run.id, { parts: 1 })
      const key = `sync:${run.id}:member:${member.userId}`
      await outbox.enqueue(tx, SyncMember, { key, payload: { runId: run.id, userId: member.userId }, reason })
    }
  }

  /** How many relations there are, by a look at a few guides: for the time left, which nobody should have to guess. */
  async function estimate(guideIds: string[]): Promise<number> {
    const stride = Math.max(1, Math.floor(guideIds.length / SAMPLE))
    let looked = 0
    let counted = 0
    try {
      for (let at = 0; at < guideIds.length && looked < SAMPLE; at += stride) {
        counted += (await wecom.contacts.list(guideIds[at] ?? '')).external_userid.length
        looked += 1
      }
    } catch {
      // An estimate only; what is wrong shows when it counts.
    }
    return looked === 0 ? 0 : Math.round((counted / looked) * guideIds.length)
  }

  const recordListing = (tx: Tx, listing: Awaited<ReturnType<typeof staff.read>>, find: Find): Promise<void> =>
    staff.recordListing(tx, listing).then((changes) => {
      for (const userId of changes.becameGuides) find({ kind: 'guide.added', subject: userId })
      for (const userId of changes.ceasedGuides) find({ kind: 'guide.removed', subject: userId })
      for (const userId of changes.renamed) find({ kind: 'staff.renamed', subject: userId })
    })

  return [
    execute(SyncStaff, {
      perform: async () => {
        const listing = await staff.read()
        return { ...listing, expected: await estimate(listing.guideIds) }
      },
      record: async (tx, { payload: { runId } }, listing) => {
        const run = await steps.open(tx, runId)
        if (run === undefined) return
        if (run.relationsExpected === undefined && listing.expected > 0)
          await syncRuns.expect(tx, runId, listing.expected)
        await steps.repair(tx, run, (find) => recordListing(tx, listing, find))
        const listed = new Set([...listing.guideIds, ...listing.members.map((member) => member.userId)])
        if (run.kind === 'reconcile') await askForMissing(tx, run, listed)
        await afterwards(tx, run, listing.guideIds)
        await steps.stepDone(tx, runId, { gaps: listing.hasAllGuides ? 0 : 1 })
      },
      abandoned: async (tx, { payload: { runId } }, { errcode }) => {
        log.error({ runId, errcode }, 'the guides could not be listed, so nothing of the corp was read')
        await syncRuns.fail(tx, runId, clock.now())
      },
    }),
    execute(SyncMember, {
      perform: async ({ payload }) => ({ member: await staff.readMember(payload.userId) }),
      record: async (tx, { payload: { runId, userId } }, { member }) => {
        const run = await steps.open(tx, runId)
        if (run === undefined) return
        await steps.repair(tx, run, async (find) => {
          if (await staff.recordMember(tx, userId, member)) find({ kind: 'staff.left', subject: userId })
        })
        await steps.stepDone(tx, runId)
      },
      abandoned: (tx, { payload: { runId } }) => steps.stepDone(tx, runId, { gaps: 1 }),
    }),
  ]
}
