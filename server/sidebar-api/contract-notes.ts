import Type, { type Static } from 'typebox'
import { ChangeKey, OrNull, PageQuery } from './contract-base.ts'

/** GET customers/:externalUserId/notes?before=… — what guides wrote down about this customer, newest first, 20 at a time. */
export const NotesQuery = PageQuery
export const Notes = Type.Object({
  /** All that this guide may read. */
  total: Type.Integer(),
  notes: Type.Array(
    Type.Object({
      id: Type.String(),
      text: Type.String(),
      /** Name of whoever wrote it. */
      by: Type.String(),
      /** Only one's own are taken back. */
      isOwn: Type.Boolean(),
      atMs: Type.Number(),
      isPinned: Type.Boolean(),
    }),
  ),
  nextBefore: OrNull(Type.String()),
  /** What this guide asked of themselves for a day to come, soonest first. */
  reminders: Type.Array(Type.Object({ id: Type.String(), title: Type.String(), atMs: Type.Number() })),
})
export type Notes = Static<typeof Notes>
export type NoteLine = Notes['notes'][number]

const Words = (maxLength: number) => Type.String({ minLength: 1, maxLength })

/** POST customers/:externalUserId/notes */
export const NoteWritten = Type.Object(
  { text: Words(500), isPinned: Type.Optional(Type.Boolean()), key: ChangeKey },
  { additionalProperties: false },
)
export type NoteWritten = Static<typeof NoteWritten>

/** POST customers/:externalUserId/notes/:noteId/pin — of each customer at most one is pinned. */
export const NotePinned = Type.Object({ isPinned: Type.Boolean() }, { additionalProperties: false })

/** POST customers/:externalUserId/reminders — `on`: a Shanghai day, today or within a year. */
export const ReminderSet = Type.Object(
  { text: Words(60), on: Type.String({ pattern: '^\\d{4}-\\d{2}-\\d{2}$' }), key: ChangeKey },
  { additionalProperties: false },
)
export type ReminderSet = Static<typeof ReminderSet>
