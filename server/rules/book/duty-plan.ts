import type { Condition } from '../schema/condition.ts'
import type { GroupSopRule } from '../schema/group-sop-rule.ts'

/** One time at which staff are asked, or something is done to groups. */
export interface DutyOccasion {
  /** The Shanghai day that it stands for, 2026-12-02, or `once`: it stays the same when it is moved, and is done once. */
  date: string
  /** When they are asked, UTC milliseconds. */
  atMs: number
  /** When what they are asked for happens: what must be done by is counted from here. */
  happensAtMs: number
  /** userids; undefined: the owners of the groups. */
  who: readonly string[] | undefined
  /** What they say, as written. */
  script: string | undefined
}

/** What is done at each of those times, for all groups that `groups` holds of. */
export type DutyDeed =
  | {
      kind: 'ask'
      title: string
      /** What they write when it is done; undefined: nothing. */
      evidence: string | undefined
      /** After `happensAtMs`, milliseconds. */
      withinMs: number
      /** userids who hear of it when it was not done in time. */
      tell: readonly string[]
      /** It cannot be done after its time. */
      isOfItsHour: boolean
    }
  | { kind: 'tag'; add: readonly string[]; remove: readonly string[] }

/** To-dos for staff that a calendar, a group SOP or a campaign asks for; nothing of it reaches a customer. */
export interface DutyPlan {
  name: string
  version: string
  /** Path below the config folder. */
  file: string
  value: { enabled?: boolean }
  /** Undefined: it is about none, and asks those whom it names. */
  groups: Condition | undefined
  deed: DutyDeed
  /** Each group has it once, for each time that it was made, or came into its pool. */
  once?: GroupSopRule['from']
  occasions: {
    /** Differs when its times do. */
    timing: string
    nextAfter(afterMs: number): DutyOccasion | undefined
    /** Where its times may be moved: that of this day as it is now; undefined: it does not come. */
    on?(date: string): DutyOccasion | undefined
  }
}
