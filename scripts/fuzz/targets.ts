import type { Target } from './target.ts'
import { answers } from './targets/answers.ts'
import { callbacks } from './targets/callbacks.ts'
import { knownPeople } from './targets/known-people.ts'
<<<<<<< HEAD
import { orderBodies } from './targets/order-bodies.ts'
import { orderFiles } from './targets/order-files.ts'
import { ruleFolders } from './targets/rule-folders.ts'

/** All targets, in the order in which they are played. */
export const TARGETS: readonly Target[] = [callbacks, answers, knownPeople, orderBodies, orderFiles, ruleFolders]
=======
import { oddEvents } from './targets/odd-events.ts'
import { ruleFolders } from './targets/rule-folders.ts'

/** All targets, in the order in which they are played. */
export const TARGETS: readonly Target[] = [callbacks, answers, knownPeople, oddEvents, ruleFolders]
>>>>>>> d001f73 (feat(fuzz): odd events through the whole server; fix(callback): ids longer than any of WeCom's make an event one that is kept)
