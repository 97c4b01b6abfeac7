import Type, { type Static } from 'typebox'
import { defineAction } from '../../engine/actions/action-kind.ts'

const Held = { interceptId: Type.Integer(), name: Type.String(), ruleId: Type.Optional(Type.String()) }

const Wanted = Type.Object({
  ...Held,
  stamp: Type.String(),
  words: Type.Array(Type.String()),
  /** WeCom's numbers. */
  semantics: Type.Array(Type.Integer()),
  /** 1 blocks, 2 warns. */
  type: Type.Union([Type.Literal(1), Type.Literal(2)]),
  members: Type.Array(Type.String()),
  departments: Type.Array(Type.Integer()),
  /** It stood there like this at our last look. */
  wasLive: Type.Boolean(),
})
export type WantedIntercept = Static<typeof Wanted>

/** Makes the platform's rule what the file says, whatever stands there. Safe to repeat: its name is looked for before another is
 *  made. */
export const KeepIntercept = defineAction('intercept.keep', 'campaign', Wanted)
/** Safe to repeat: one that is gone is gone. */
export const DeleteIntercept = defineAction('intercept.delete', 'campaign', Type.Object(Held))
