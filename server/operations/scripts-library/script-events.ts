import Type, { type Static } from 'typebox'
import { defineOwnEvent } from '../../records/own-event.ts'
import type { ScriptRule } from '../../rules/schema/rule-files.ts'

const Carried = Type.Union([Type.Literal('link'), Type.Literal('image'), Type.Literal('miniProgram')])
export type Carried = Static<typeof Carried>
const KINDS: readonly Carried[] = ['link', 'image', 'miniProgram']

/** A guide sent a script to a customer from the sidebar. */
export const ScriptSent = defineOwnEvent(
  'script.sent',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    scriptId: Type.String(),
    /** What it brings besides its words; an address among them is a link, too. */
    carries: Type.Array(Carried),
  }),
  {
    triggers: [
      {
        name: 'script.sent',
        zh: '导购发了话术',
        about: 'pair',
        filters: {
          script: {
            zh: '只认这条话术（id）',
            names: 'script',
            holds: ({ scriptId }, wanted) => scriptId === wanted,
          },
          carries: {
            zh: '只认带链接、图片或小程序的话术',
            oneOf: KINDS,
            holds: ({ carries }, wanted) => carries.some((kind) => kind === wanted),
          },
        },
      },
    ],
    forwards: ['userId', 'scriptId', 'carries'],
    replay: 'told',
  },
)

export const carriedBy = ({ text, attachments = [] }: ScriptRule): Carried[] =>
  KINDS.filter(
    (kind) =>
      attachments.some((attachment) => kind in attachment) || (kind === 'link' && /https?:\/\//.test(text ?? '')),
  )
