import { basename } from 'node:path/posix'
import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../core/kernel/app-error.ts'
import type { ScriptsLibrary } from '../operations/scripts-library/scripts-library.ts'
import type { Media } from '../records/media/media.ts'
import type { Tags } from '../records/tags/tags.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { Access } from './access.ts'
import { answerVideo } from './answer-video.ts'
import * as contract from './contract.ts'
import { filesOf, picturesOf, scriptViews } from './script-view.ts'
import { sendFile } from './send-file.ts'
import { tagLibrary } from './tag-library.ts'

export interface ScriptRouteDeps {
  access: Access
  media: Pick<Media, 'chatMessages' | 'sizeOf' | 'placeOf'>
  scripts: Pick<ScriptsLibrary, 'search' | 'tree'>
  tags: Pick<Tags, 'queries'>
  rules: Pick<RuleBookHolder, 'current'>
}

const PAGE = 20

/** The script library and the tag library: the same for every guide. */
export function scriptRoutes(app: FastifyInstance, { access, media, rules, scripts, tags }: ScriptRouteDeps): void {
  const config = { scope: 'library' } as const
  const typed = app.withTypeProvider<TypeBoxTypeProvider>()

  typed.get('/scripts/tree', { schema: { response: { 200: contract.ScriptTree } }, config }, (request) =>
    access.asPerson(request, async () => ({
      domains: scripts.tree().map(({ domain, situations }) => ({
        name: domain,
        situations: situations.map(({ situation, scripts: answers }) => ({ name: situation, count: answers.length })),
      })),
    })),
  )

  typed.get(
    '/scripts/of',
    { schema: { querystring: contract.SituationQuery, response: { 200: contract.Scripts } }, config },
    (request) =>
      access.asPerson(request, async (tx) => {
        const { domain, situation } = request.query
        const found = scripts
          .tree()
          .find((one) => one.domain === domain)
          ?.situations.find((one) => one.situation === situation)
        return { scripts: await scriptViews(tx, media, found?.scripts ?? []) }
      }),
  )

  typed.get(
    '/scripts/search',
    { schema: { querystring: contract.SearchQuery, response: { 200: contract.FoundScripts } }, config },
    (request) =>
      access.asPerson(request, async (tx) => {
        const { q, from = '0' } = request.query
        const { total, scripts: found } = scripts.search(q, { from: Number(from), limit: PAGE })
        return { total, scripts: await scriptViews(tx, media, found) }
      }),
  )

  typed.get('/scripts/picture', { schema: { querystring: contract.AssetQuery }, config }, async (request, reply) => {
    const { asset } = request.query
    await access.asPerson(request, async () => {
      // What no script shows is nobody's to look at.
      if (![...rules.current().scripts.values()].some((one) => picturesOf(one).includes(asset))) throw noPicture()
    })
    const type = /\.png$/i.test(asset) ? 'image/png' : 'image/jpeg'
    void reply.headers({ 'content-type': type, 'cache-control': 'private, max-age=600' })
    return sendFile(reply, await media.placeOf(asset, 'image'))
  })

  typed.get('/scripts/file', { schema: { querystring: contract.AssetQuery }, config }, async (request, reply) => {
    const { asset } = request.query
    const { kind } = await access.asPerson(request, async () => {
      const found = [...rules.current().scripts.values()].flatMap(filesOf).find((one) => one.asset === asset)
      if (found === undefined) throw noFile()
      return found
    })
    // A player asks for many parts: the transaction is over, and of the file no more is read than it asks for.
    const placed = await media.placeOf(asset, kind)
    void reply.header('cache-control', 'private, max-age=600')
    if (kind === 'video') return answerVideo(reply, placed, request.headers.range)
    void reply.headers({
      'content-type': 'application/octet-stream',
      'content-disposition': `attachment; filename*=UTF-8''${extValue(basename(asset))}`,
    })
    return sendFile(reply, placed)
  })

  typed.get('/tags', { schema: { response: { 200: contract.TagGroups } }, config }, (request) =>
    access.asPerson(request, async (tx) => tagLibrary(await tags.queries.library(tx), rules.current())),
  )
}

/** RFC 8187: what encodeURIComponent leaves as it is and a header may not have there. */
const extValue = (name: string): string =>
  encodeURIComponent(name).replace(/['()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`)

const noFile = (): AppError =>
  new AppError('sidebar.unknown-file', 'no script has this file', {
    status: 404,
    zh: '没有这个文件，话术可能刚改过，请刷新。',
  })

const noPicture = (): AppError =>
  new AppError('sidebar.unknown-picture', 'no script has this picture', {
    status: 404,
    zh: '没有这张图片，话术可能刚改过，请刷新。',
  })
