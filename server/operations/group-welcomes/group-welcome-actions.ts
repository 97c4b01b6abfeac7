import Type from 'typebox'
import { defineAction } from '../../engine/actions/action-kind.ts'
import { GroupWelcomeContent } from '../../rules/schema/content.ts'

const Content = Type.Object({
  welcomeId: Type.Integer(),
  pool: Type.String(),
  /** Fingerprint of what is to stand there. */
  stamp: Type.String(),
  content: GroupWelcomeContent,
})
const Held = Type.Object({ welcomeId: Type.Integer(), pool: Type.String(), templateId: Type.String() })

export const AddGroupWelcome = defineAction('group-welcome.add', 'campaign', Content)
/** Safe to repeat. */
export const EditGroupWelcome = defineAction(
  'group-welcome.edit',
  'campaign',
  Type.Object({ ...Content.properties, templateId: Type.String() }),
)
/** Safe to repeat: one that is gone is gone. */
export const DeleteGroupWelcome = defineAction('group-welcome.delete', 'campaign', Held)
/** Whether it stands there as we left it. */
export const ReadGroupWelcome = defineAction(
  'group-welcome.read',
  'campaign',
  Type.Object({ ...Held.properties, text: Type.String() }),
)
