import Type, { type Static } from 'typebox'
import { defineOwnEvent } from '../../records/own-event.ts'
import type { ScriptRule } from '../../rules/schema/rule-files.ts'

const Carried = Type.Union([
  Type.Literal('link'),
  Type.Literal('image'),
  Type.Literal('miniProgram'),
  Type.Literal('video'),
  Type.Literal('file'),
])
export type Carried = Static<typeof Carried>
const KINDS: readonly Carried[] = ['link', 'image', 'miniProgram', 'video', 'file']

/** A guide sent a script to a customer from the sidebar. */
export const ScriptSent = defineOwnEvent(
  'script.sent',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    scriptId: Type.String(),
    /** What it brings besides its words; an address among them is a link, too. */
    carries: Type.Array(Carried),
    /** A part of the script was told before, and this is more of it: `carries` is what that did not bring yet. */
    rest: Type.Optional(Type.Boolean()),
  }),
  {
    triggers: [
      {
        name: 'script.sent',
        zh: '导购发了话术',
        about: 'pair',
        goesOn: { when: ({ rest }) => rest === true, unlessAskedBy: 'carries' },
        filters: {
          script: {
            zh: '只认这条话术（id）',
            names: 'script',
            holds: ({ scriptId }, wanted) => scriptId === wanted,
          },
          carries: {
            zh: '只认带链接、图片、小程序、视频或文件的话术',
            oneOf: KINDS,
            holds: ({ carries }, wanted) => carries.some((kind) => kind === wanted),
          },
        },
      },
    ],
    forwards: ['userId', 'scriptId', 'carries', 'rest'],
    replay: 'told',
  },
)

/** As the client calls them. */
export type MessageKind = 'text' | 'image' | 'news' | 'miniprogram' | 'video' | 'file'
const CLIENT_KINDS: Record<Carried, MessageKind> = {
  ...{ link: 'news', image: 'image', miniProgram: 'miniprogram', video: 'video', file: 'file' },
}

/** `went`: whether messages of this kind went out; absent: all did. */
export const carriedBy = (
  { text, attachments = [] }: ScriptRule,
  went: (kind: MessageKind) => boolean = () => true,
): Carried[] =>
  KINDS.filter(
    (kind) =>
      (attachments.some((attachment) => kind in attachment) && went(CLIENT_KINDS[kind])) ||
      (kind === 'link' && /https?:\/\//.test(text ?? '') && went('text')),
  )
