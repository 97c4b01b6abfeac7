import { type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Tags } from '../../records/tags/tags.ts'
import type { RunSteps } from './run-steps.ts'
import { SyncTags } from './sync-actions.ts'

/** The corp's tag library, before the customers who carry its tags. */
export function createReadTags({
  steps,
  tags,
}: {
  steps: RunSteps
  tags: Pick<Tags, 'read' | 'recordListing'>
}): Executor {
  return execute(SyncTags, {
    perform: () => tags.read(),
    record: async (tx, { payload: { runId } }, listing) => {
      const run = await steps.open(tx, runId)
      if (run === undefined) return
      await steps.repair(tx, run, async (find) => {
        const { added, renamed, deleted } = await tags.recordListing(tx, listing)
        for (const subject of added) find({ kind: 'tag.added', subject })
        for (const subject of renamed) find({ kind: 'tag.renamed', subject })
        for (const subject of deleted) find({ kind: 'tag.deleted', subject })
      })
      await steps.stepDone(tx, runId, { gaps: listing.isComplete ? 0 : 1 })
    },
    abandoned: (tx, { payload: { runId } }) => steps.stepDone(tx, runId, { gaps: 1 }),
  })
}
