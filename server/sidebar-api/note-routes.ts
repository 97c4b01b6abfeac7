import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { AppError } from '../core/kernel/app-error.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { maskPhones } from '../core/kernel/mask-phones.ts'
import { DAY_MS, startOfShanghaiDay } from '../core/kernel/shanghai.ts'
import { OWN_KIND } from '../operations/tasks/remind-own.ts'
import type { GuideTask } from '../operations/tasks/task-queries.ts'
import type { Tasks } from '../operations/tasks/tasks.ts'
import type { Notes } from '../records/notes/notes.ts'
import type { staffQueries } from '../records/staff/staff-queries.ts'
import type { Access, Guide } from './access.ts'
import { keyOf } from './change-key.ts'
import * as contract from './contract.ts'
import { OfCustomer } from './customer-routes.ts'
import { nextOf, pageBefore } from './paging.ts'

export interface NoteRouteDeps {
  access: Access
  clock: Clock
  notes: Notes
  staff: { queries: Pick<typeof staffQueries, 'nameOf'> }
  tasks: Pick<Tasks, 'remindOwn' | 'queries'>
}

const OK = { ok: true as const }
const PAGE = 20
const LONGEST_DAYS = 366
const OfNote = Type.Object({ ...OfCustomer.properties, noteId: Type.String({ pattern: '^\\d{1,15}$' }) })

/** What guides write down about a customer, and what they want to be reminded of. Each is safe to repeat. */
export function noteRoutes(app: FastifyInstance, deps: NoteRouteDeps): void {
  const { access, clock, notes, staff, tasks } = deps
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()
  const change = { config: { scope: 'customer.change' } } as const
  const accepted = { 200: contract.Accepted }
  const onNote = <Body>(body: Body) => ({ params: OfNote, body, response: accepted })

  typed.get(
    '/customers/:externalUserId/notes',
    {
      schema: { params: OfCustomer, querystring: contract.NotesQuery, response: { 200: contract.Notes } },
      config: { scope: 'customer' },
    },
    (request) =>
      access.withCustomer(request, async (tx, guide, id) => {
        const seenBy = guide.lost === undefined ? undefined : { userId: guide.userId, untilMs: guide.lost.atMs }
        const before = pageBefore(request.query.before)
        const found = await notes.queries.ofCustomer(tx, id, { before, limit: PAGE + 1, seenBy })
        const lines: contract.NoteLine[] = []
        for (const { id: noteId, text, userId, atMs, isPinned } of found.slice(0, PAGE)) {
          const by = (await staff.queries.nameOf(tx, userId)) ?? userId
          lines.push({ id: String(noteId), text, by, isOwn: userId === guide.person.userId, atMs, isPinned })
        }
        const asked = await tasks.queries.unfinishedAbout(tx, guide.userId, id)
        return {
          total: await notes.queries.countOf(tx, id, seenBy),
          notes: lines,
          nextBefore: nextOf(found, PAGE),
          reminders: asked
            .filter(isToCome)
            .map(reminderView)
            .sort((a, b) => a.atMs - b.atMs),
        }
      }),
  )

  typed.post(
    '/customers/:externalUserId/notes',
    { schema: { params: OfCustomer, body: contract.NoteWritten, response: accepted }, ...change },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => {
        const { isPinned = false, key } = request.body
        const text = wordsOf(request.body)
        await notes.write(tx, { key: keyOf(guide, key), externalUserId, by: byOf(guide), text, isPinned })
        return OK
      }),
  )

  typed.post(
    '/customers/:externalUserId/notes/:noteId/pin',
    { schema: onNote(contract.NotePinned), ...change },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => {
        const asked = { externalUserId, id: Number(request.params.noteId), by: byOf(guide) }
        if (!(await notes.pin(tx, { ...asked, isPinned: request.body.isPinned }))) throw unknownNote()
        return OK
      }),
  )

  typed.post(
    '/customers/:externalUserId/notes/:noteId/remove',
    { schema: onNote(Type.Object({}, { additionalProperties: false })), ...change },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => {
        const id = Number(request.params.noteId)
        const note = await notes.queries.byId(tx, externalUserId, id)
        if (note === undefined) throw unknownNote()
        if (note.userId !== guide.person.userId) throw notYourWords()
        guide.was({ at: note.atMs })
        await notes.remove(tx, { externalUserId, id, by: byOf(guide) })
        return OK
      }),
  )

  typed.post(
    '/customers/:externalUserId/reminders',
    {
      schema: { params: OfCustomer, body: contract.ReminderSet, response: accepted },
      config: { scope: 'customer.own' },
    },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => {
        const title = wordsOf(request.body)
        const onMs = dayOf(request.body.on, clock.now())
        const key = keyOf(guide, request.body.key)
        await tasks.remindOwn(tx, { key, externalUserId, userId: guide.userId, guideName: guide.name, title, onMs })
        return OK
      }),
  )
}

/** In the words of whoever sits there, also where they stand in for the guide. */
const byOf = ({ person, words }: Guide) => ({ userId: person.userId, words })

/** Masked in the request itself, so that the audit holds no phone either. */
function wordsOf(body: { text: string }): string {
  body.text = maskPhones(body.text.trim())
  if (body.text === '') throw noWords()
  return body.text
}

/** An instant of that Shanghai day. */
function dayOf(on: string, nowMs: number): number {
  const onMs = Date.parse(`${on}T12:00:00+08:00`)
  const days = (startOfShanghaiDay(onMs) - startOfShanghaiDay(nowMs)) / DAY_MS
  if (!(days >= 0 && days <= LONGEST_DAYS) || !isDay(on)) throw noSuchDay()
  return onMs
}

/** 2026-02-31 parses as a day of March. */
const isDay = (on: string): boolean => new Date(`${on}T00:00:00Z`).toISOString().startsWith(on)

const isToCome = ({ kind, state }: GuideTask): boolean => kind === OWN_KIND && state === 'later'
const reminderView = ({ id, title, dueAtMs, openedAtMs }: GuideTask) => ({
  id: String(id),
  title,
  atMs: dueAtMs ?? openedAtMs,
})

const noWords = (): AppError =>
  new AppError('sidebar.no-words', 'nothing but blanks', { status: 400, zh: '还没有写内容。' })

const unknownNote = (): AppError =>
  new AppError('sidebar.unknown-note', 'no such note about this customer', {
    status: 404,
    zh: '没有这条记录，可能已经删了，请刷新。',
  })

const notYourWords = (): AppError =>
  new AppError('sidebar.not-your-words', 'somebody else wrote it', {
    status: 409,
    zh: '这条是别人记的，只有写的人能删。',
  })

const noSuchDay = (): AppError =>
  new AppError('sidebar.no-such-day', 'not a day from today on, within a year', {
    status: 400,
    zh: '没有这一天，或者已经过去、超过一年，请重新选。',
  })
