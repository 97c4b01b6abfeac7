import Type, { type Static } from 'typebox'
import { defineEvent } from '../../engine/inbox/event-kind.ts'
import type { ScriptRule } from '../../rules/schema/rule-files.ts'

const Carried = Type.Union([Type.Literal('link'), Type.Literal('image'), Type.Literal('miniProgram')])
export type Carried = Static<typeof Carried>
const KINDS: readonly Carried[] = ['link', 'image', 'miniProgram']

/** A guide sent a script to a customer from the sidebar. */
export const ScriptSent = defineEvent(
  'script.sent',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    scriptId: Type.String(),
    /** What it brings besides its words; an address among them is a link, too. */
    carries: Type.Array(Carried),
  }),
)

export const carriedBy = ({ text, attachments = [] }: ScriptRule): Carried[] =>
  KINDS.filter(
    (kind) =>
      attachments.some((attachment) => kind in attachment) || (kind === 'link' && /https?:\/\//.test(text ?? '')),
  )
