import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import type { Profiles } from '../records/profiles/profiles.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { Access } from './access.ts'
import * as contract from './contract.ts'
import { OfCustomer } from './customer-routes.ts'
import { knownOf, outcomeOf } from './field-changes.ts'
import { mayEdit } from './field-view.ts'

export interface FieldRouteDeps {
  access: Access
  rules: Pick<RuleBookHolder, 'current'>
  profiles: { queries: Pick<Profiles['queries'], 'fieldsOf'> } & Pick<Profiles, 'holdFields' | 'setFields'>
}

/** What a guide finds out about a customer, by the fields of profile.yaml. */
export function fieldRoutes(app: FastifyInstance, { access, rules, profiles }: FieldRouteDeps): void {
  app.withTypeProvider<TypeBoxTypeProvider>().post(
    '/customers/:externalUserId/fields',
    {
      schema: {
        params: OfCustomer,
        body: contract.FieldsChange,
        response: { 200: contract.Accepted, 400: contract.FieldsRefused },
      },
      config: { scope: 'customer.change' },
    },
    async (request, reply) => {
      const { kept, refused } = await access.withCustomer(request, async (tx, guide, externalUserId) => {
        // Of two guides at once the second one sees what the first has written.
        await profiles.holdFields(tx, externalUserId)
        const known = await profiles.queries.fieldsOf(tx, externalUserId)
        const outcome = outcomeOf(request.body.changes, {
          fields: rules.current().fields,
          known,
          mayEdit: (field) => mayEdit(field, guide),
        })
        const fields = outcome.kept.map(({ field }) => [field.field, knownOf(field, known.get(field.field))])
        const names = outcome.refused.map(({ name }) => name)
        guide.was({ fields: Object.fromEntries(fields), ...(names.length === 0 ? {} : { refused: names }) })
        const { person, words: who } = guide
        await profiles.setFields(tx, { externalUserId, fields: outcome.kept, userId: person.userId, who })
        return outcome
      })
      if (refused.length === 0) return { ok: true as const }
      // Not a success: a page that knows nothing of fields that are refused alone must not say that all were kept.
      return reply.code(400).send({ code: 'sidebar.fields-refused', zh: saidOf(refused, kept.length), refused })
    },
  )
}

const saidOf = (refused: readonly contract.RefusedField[], kept: number): string =>
  `${refused.map(({ name, zh }) => `「${name}」${zh}`).join('')}${kept === 0 ? '' : `其余 ${kept} 项记下了。`}`
