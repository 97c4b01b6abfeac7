import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { ScriptsLibrary } from '../operations/scripts-library/scripts-library.ts'
import type { Media } from '../records/media/media.ts'
import type { Tags } from '../records/tags/tags.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { Access } from './access.ts'
import * as contract from './contract.ts'
import { scriptViews } from './script-view.ts'
import { tagLibrary } from './tag-library.ts'

export interface ScriptRouteDeps {
  access: Access
  media: Pick<Media, 'chatMessages'>
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

  typed.get('/tags', { schema: { response: { 200: contract.TagGroups } }, config }, (request) =>
    access.asPerson(request, async (tx) => tagLibrary(await tags.queries.library(tx), rules.current())),
  )
}
