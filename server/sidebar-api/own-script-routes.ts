import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import Type from 'typebox'
import { AppError } from '../core/kernel/app-error.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { maskPhones } from '../core/kernel/mask-phones.ts'
import { randomText } from '../core/kernel/random.ts'
import { MOST_OWN, ownScripts, type WrittenScript } from '../operations/scripts-library/own-scripts.ts'
import { holdsLink } from '../records/opt-out/link-codes.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { Access } from './access.ts'
import * as contract from './contract.ts'
import type { Person } from './friend-of.ts'
import { type ScriptLibrary, warningsOf } from './script-library.ts'

export interface OwnScriptRouteDeps {
  access: Access
  library: ScriptLibrary
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
}

const OK = { ok: true as const }
const OfScript = Type.Object({ scriptId: Type.String({ pattern: '^own:\\d{1,15}$' }) })

/** What somebody has at hand to say: their own words, their store's, their favourites. Each change is safe to repeat. */
export function ownScriptRoutes(app: FastifyInstance, { access, library, clock, rules }: OwnScriptRouteDeps): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()
  const config = { scope: 'library' } as const
  const saved = { 200: contract.OwnScriptSaved }

  typed.get('/scripts/mine', { schema: { response: { 200: contract.MyScripts } }, config }, (request) =>
    access.asPerson(request, (tx, person) => library.mine(tx, person)),
  )

  typed.post(
    '/scripts/own',
    { schema: { body: contract.OwnScriptWritten, response: saved }, config: { ...config, change: 'script-written' } },
    (request) =>
      access.asPerson(request, async (tx, person) => {
        const written = writtenBy(request.body, person)
        const key = `${person.userId}:${request.body.key ?? randomText(20)}`
        const outcome = await ownScripts.make(tx, { ...written, key, userId: person.userId, nowMs: clock.now() })
        if (outcome === 'full') throw full()
        return { warnings: warningsOf(written.text) }
      }),
  )

  typed.post(
    '/scripts/own/:scriptId',
    {
      schema: { params: OfScript, body: contract.OwnScriptWritten, response: saved },
      config: { ...config, change: 'script-changed' },
    },
    (request) =>
      access.asPerson(request, async (tx, person, was) => {
        const written = writtenBy(request.body, person)
        const { scriptId: id } = request.params
        const before = await ownScripts.change(tx, { ...written, id, userId: person.userId, nowMs: clock.now() })
        if (before === undefined) throw unknownScript()
        was({ title: before.title, text: before.text, isTeam: before.isTeam })
        return { warnings: warningsOf(written.text) }
      }),
  )

  typed.post(
    '/scripts/own/:scriptId/remove',
    {
      schema: {
        params: OfScript,
        body: Type.Object({}, { additionalProperties: false }),
        response: { 200: contract.Accepted },
      },
      config: { ...config, change: 'script-removed' },
    },
    (request) =>
      access.asPerson(request, async (tx, person, was) => {
        const { scriptId: id } = request.params
        const before = await ownScripts.remove(tx, { id, userId: person.userId, nowMs: clock.now() })
        if (before === undefined) throw unknownScript()
        was({ title: before.title, text: before.text, isTeam: before.isTeam })
        return OK
      }),
  )

  typed.post(
    '/scripts/favourites',
    { schema: { body: contract.FavouriteChange, response: { 200: contract.Accepted } }, config },
    (request) =>
      access.asPerson(request, async (tx, person) => {
        const { scriptId, isFavourite } = request.body
        const isThere = rules.current().scripts.has(scriptId) || (await library.own(tx, person, scriptId)) !== undefined
        if (isFavourite && !isThere) throw unknownScript()
        await ownScripts.setFavourite(tx, { userId: person.userId, scriptId, isFavourite, nowMs: clock.now() })
        return OK
      }),
  )
}

/** Masked in the request itself, so that the audit holds no phone either. */
function writtenBy(body: contract.OwnScriptWritten, { standing }: Person): WrittenScript {
  body.title = maskPhones(body.title.trim())
  body.text = maskPhones(body.text.trim())
  if (body.title === '' || body.text === '') throw noWords()
  if (holdsLink(body.title) || holdsLink(body.text)) throw ofOneCustomer()
  const { isTeam = false } = body
  if (isTeam && standing.leads.size === 0) throw onlyLeads()
  return { title: body.title, text: body.text, isTeam }
}

const noWords = (): AppError =>
  new AppError('sidebar.no-words', 'nothing but blanks', { status: 400, zh: '标题和内容都要写。' })

const ofOneCustomer = (): AppError =>
  new AppError('sidebar.link-of-one', 'a link of one customer in words for all', {
    status: 400,
    zh: '里面有一位客户自己的链接，别的客户点了都算她的。请把它换成 {退订链接} 或 {链接:名字}。',
  })

const full = (): AppError =>
  new AppError('sidebar.too-many-scripts', 'as many scripts as one may have', {
    status: 409,
    zh: `自己的话术最多 ${MOST_OWN} 条，请先删掉不用的。`,
  })

const onlyLeads = (): AppError =>
  new AppError('sidebar.not-for-team', 'only a lead writes for a store', {
    status: 403,
    zh: '只有店长能给全店写话术；可以先存成自己的。',
  })

const unknownScript = (): AppError =>
  new AppError('sidebar.unknown-script', 'no such script of this person', {
    status: 404,
    zh: '没有这条话术，可能已经删了，或者不是你写的，请刷新。',
  })
