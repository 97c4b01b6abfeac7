import type { Target } from './target.ts'
import { answers } from './targets/answers.ts'
import { callbacks } from './targets/callbacks.ts'
import { knownPeople } from './targets/known-people.ts'
import { oddEvents } from './targets/odd-events.ts'
import { orderBodies } from './targets/order-bodies.ts'
import { orderFiles } from './targets/order-files.ts'
import { ruleFolders } from './targets/rule-folders.ts'

/** All targets, in the order in which they are played. */
export const TARGETS: readonly Target[] = [
  callbacks,
  answers,
  knownPeople,
  oddEvents,
  orderBodies,
  orderFiles,
  ruleFolders,
]
