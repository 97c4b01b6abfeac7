import Type from 'typebox'
import { defineAction } from '../../engine/actions/action-kind.ts'

/** Asks WeCom for a moment of the corp. */
export const CreateMoment = defineAction('moment.create', 'campaign', Type.Object({ runId: Type.Integer() }))

/** Whoever has not published it yet cannot any more. */
export const CancelMoment = defineAction('moment.cancel', 'campaign', Type.Object({ runId: Type.Integer() }))
