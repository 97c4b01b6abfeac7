import type { Note } from '../../records/timeline/timeline.ts'
import type { GuideTask } from './task-queries.ts'

/** `done`: what was asked for happened; `dropped`: it is no longer wanted. */
export type TaskOutcome = 'done' | 'dropped'

/** What a customer's timeline says of a to-do, once per happening. */
export const taskNote = (task: GuideTask, what: 'opened' | 'held' | TaskOutcome, text: string): Note => ({
  key: `task:${task.id}:${what}`,
  externalUserId: task.externalUserId,
  userId: task.userId,
  kind: `task.${what}`,
  text,
})
