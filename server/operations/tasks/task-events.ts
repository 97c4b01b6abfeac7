import Type from 'typebox'
import { leftOut } from '../../core/db/define-table.ts'
import { defineOwnEvent } from '../../records/own-event.ts'

/** A guide ended a to-do of theirs in the sidebar. What is closed for them is told by whoever closes it. */
export const TaskAnswered = defineOwnEvent(
  'task.answered',
  Type.Object({
    /** The key it was opened with. */
    key: Type.String(),
    kind: Type.String(),
    externalUserId: Type.String(),
    userId: Type.String(),
    outcome: Type.Union([Type.Literal('done'), Type.Literal('dropped')]),
  }),
  { forwards: false, replay: leftOut('no guide answers a second time') },
)
