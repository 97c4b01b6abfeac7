import Type, { type Static } from 'typebox'
import { defineAction } from '../../engine/actions/action-kind.ts'

const TagPath = Type.String({ pattern: '^[^/]+/.+$' })

/** Puts tags on and takes tags off one customer at one guide; only what differs is sent. Harmless to repeat. */
export const MarkTags = defineAction(
  'tag.mark',
  'event',
  Type.Object({
    externalUserId: Type.String(),
    userId: Type.String(),
    /** 组/名 */
    add: Type.Array(TagPath),
    remove: Type.Array(TagPath),
    by: Type.Union([Type.Literal('rule'), Type.Literal('guide'), Type.Literal('wecom')]),
    via: Type.Optional(Type.Array(Type.String())),
  }),
)
export type MarkTagsPayload = Static<typeof MarkTags.schema>

/** Reads the corp's whole tag library. Harmless to repeat. */
export const ListTags = defineAction('tag.list', 'event', Type.Object({}))

/** Makes corp tags; WeCom gives back those that exist already, so repeating is harmless. */
export const CreateTags = defineAction(
  'tag.create',
  'event',
  Type.Object({ group: Type.String(), names: Type.Array(Type.String(), { minItems: 1 }) }),
)

/** Gives a tag, or a group of tags, its present name in WeCom. Harmless to repeat. */
export const RenameTag = defineAction(
  'tag.rename',
  'event',
  Type.Object({ id: Type.String(), from: Type.String(), to: Type.String() }),
)
