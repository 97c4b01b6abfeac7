import type { FastifyInstance, FastifyReply } from 'fastify'
import Type from 'typebox'
import { Value } from 'typebox/value'
import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { gonePage, optOutPage, type Refused } from './opt-out-page.ts'

const ONE_OF = <const Word extends string>(...words: Word[]) => Type.Union(words.map((word) => Type.Literal(word)))

/** What the page's own forms send. */
const Form = Type.Object(
  {
    refuses: ONE_OF('yes', 'no'),
    scope: Type.Optional(ONE_OF('', 'sends')),
    days: Type.Optional(ONE_OF('', '90')),
  },
  { additionalProperties: false },
)

export interface Asked {
  refuses: boolean
  scope: '' | 'sends'
  /** Undefined: until there is another word. */
  days: number | undefined
}

export interface OptOutRouteDeps {
  /** Runs one change or look of whoever this code belongs to; undefined: nobody's. */
  withLink<Of>(code: string, work: (tx: Tx, externalUserId: string) => Promise<Of>): Promise<Of | undefined>
  refusedNow(tx: Tx, externalUserId: string): Promise<Refused[]>
  change(tx: Tx, externalUserId: string, asked: Asked): Promise<void>
}

const BODY_BYTES = 512

/** GET and POST /t/:code. Only the page's own form changes anything: previews and crawlers open links, and send no forms. It
 *  never leads anywhere else. */
export function optOutRoutes({ withLink, refusedNow, change }: OptOutRouteDeps): (app: FastifyInstance) => void {
  const page = (reply: FastifyReply, html: string | undefined) =>
    reply
      .code(html === undefined ? 404 : 200)
      .headers({
        'content-security-policy':
          "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
        'referrer-policy': 'no-referrer',
        'cache-control': 'no-store',
        'x-robots-tag': 'noindex, nofollow',
      })
      .type('text/html; charset=utf-8')
      .send(html ?? gonePage())

  return (app) => {
    app.register(async (scope) => {
      scope.removeAllContentTypeParsers()
      scope.addContentTypeParser(
        'application/x-www-form-urlencoded',
        { parseAs: 'string', bodyLimit: BODY_BYTES },
        (_request, body, done) => done(null, Object.fromEntries(new URLSearchParams(String(body)))),
      )
      const anybody = { config: { scope: 'anybody' } } as const

      scope.get<{ Params: { code: string } }>('/t/:code', anybody, async (request, reply) => {
        const look = async (tx: Tx, id: string): Promise<string> => optOutPage(await refusedNow(tx, id))
        return page(reply, await withLink(request.params.code, look))
      })

      scope.post<{ Params: { code: string } }>('/t/:code', anybody, async (request, reply) => {
        const form = formOf(request.body)
        const html = await withLink(request.params.code, async (tx, id) => {
          await change(tx, id, form)
          return optOutPage(await refusedNow(tx, id), form.refuses ? 'refused' : 'given')
        })
        return page(reply, html)
      })
    })
  }
}

/** Throws opt-out.form (400). */
function formOf(body: unknown): Asked {
  if (!Value.Check(Form, body)) {
    throw new AppError('opt-out.form', 'not the form of the page', { status: 400, zh: '请重新打开链接再试。' })
  }
  const { refuses, scope = '', days = '' } = body
  return { refuses: refuses === 'yes', scope, days: days === '' ? undefined : Number(days) }
}
