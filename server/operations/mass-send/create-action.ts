import Type from 'typebox'
import { defineAction } from '../../engine/actions/action-kind.ts'

/** Creates one platform task (企业群发) of one guide. Recipients and content are rows: ten thousand ids would not fit an
 *  action's payload well. */
export const CreateMassSend = defineAction('mass-send.create', 'campaign', Type.Object({ batchId: Type.Integer() }))

/** Takes back a platform task that its guide has not confirmed in time. */
export const CancelMassSend = defineAction('mass-send.cancel', 'campaign', Type.Object({ batchId: Type.Integer() }))

/** Asks a guide who has not confirmed a mass-send to do so, by WeCom's own reminder. */
export const RemindMassSend = defineAction('mass-send.remind', 'campaign', Type.Object({ batchId: Type.Integer() }))
