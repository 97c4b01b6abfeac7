import type { Target } from './target.ts'
import { callbacks } from './targets/callbacks.ts'
import { ruleFolders } from './targets/rule-folders.ts'

/** All targets, in the order in which they are played. */
export const TARGETS: readonly Target[] = [callbacks, ruleFolders]
