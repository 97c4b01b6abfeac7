import type { Timeline } from '../../../records/timeline/timeline.ts'
import type { Vocabulary } from '../../../rules/vocabulary.ts'
import type { Walk } from '../walk/walk.ts'
import { createEnterMany } from './enter-many.ts'
import { createEnterOne } from './enter-one.ts'
import type { ExclusiveGroup } from './exclusive-group.ts'
import { createGatherKnown, type GatherKnownDeps } from './gather-known.ts'
import type { VerdictDeps } from './verdict.ts'

export interface EnterDeps extends VerdictDeps, Omit<GatherKnownDeps, 'exclusiveGroup'> {
  timeline: Pick<Timeline, 'note' | 'noteAll'>
  vocabulary: Vocabulary
}

/** Lets customers into journeys: one by an event or by a step of another journey, many by a look at everybody. */
export function createEnter(deps: EnterDeps, walk: Pick<Walk, 'begin'>, exclusiveGroup: ExclusiveGroup) {
  const gatherKnown = createGatherKnown({ ...deps, exclusiveGroup })
  const parts = { ...deps, exclusiveGroup, gatherKnown }
  return { ...createEnterOne({ ...parts, walk }), ...createEnterMany(parts) }
}

export type Enter = ReturnType<typeof createEnter>
