import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox'
import type { FastifyInstance } from 'fastify'
import { AppError } from '../core/kernel/app-error.ts'
import type { KnownField } from '../records/profiles/field-store.ts'
import { fieldValueOf, fieldValueText, readFieldValue } from '../records/profiles/field-value.ts'
import type { Profiles } from '../records/profiles/profiles.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { ProfileField } from '../rules/schema/profile-rules.ts'
import type { Access, Guide } from './access.ts'
import * as contract from './contract.ts'
import { OfCustomer } from './customer-routes.ts'
import { mayEdit } from './field-view.ts'

export interface FieldRouteDeps {
  access: Access
  rules: Pick<RuleBookHolder, 'current'>
  profiles: { queries: Pick<Profiles['queries'], 'fieldsOf'>; setFields: Profiles['setFields'] }
}

type Change = contract.FieldsChange['changes'][number]

/** What a guide finds out about a customer, by the fields of profile.yaml. */
export function fieldRoutes(app: FastifyInstance, { access, rules, profiles }: FieldRouteDeps): void {
  app.withTypeProvider<TypeBoxTypeProvider>().post(
    '/customers/:externalUserId/fields',
    {
      schema: { params: OfCustomer, body: contract.FieldsChange, response: { 200: contract.Accepted } },
      config: { scope: 'customer.change' },
    },
    (request) =>
      access.withCustomer(request, async (tx, guide, externalUserId) => {
        const known = await profiles.queries.fieldsOf(tx, externalUserId)
        const fields = request.body.changes.flatMap((change) => {
          const field = fieldOf(change, guide, rules.current().fields)
          const values = change.value === null ? [] : readFieldValue(field, change.value)
          if (values === undefined) throw noSuchValue(field)
          const now = known.get(field.field)
          // Told already, and the answer was lost.
          if (isSame(knownOf(field, now), change.value)) return []
          if (!isSame(knownOf(field, now), change.saw)) throw overtaken(field, now)
          return [{ field, values }]
        })
        guide.was({
          fields: Object.fromEntries(fields.map(({ field }) => [field.field, knownOf(field, known.get(field.field))])),
        })
        await profiles.setFields(tx, { externalUserId, fields, userId: guide.person.userId, who: guide.words })
        return { ok: true as const }
      }),
  )
}

function fieldOf({ field: name }: Change, guide: Guide, fields: readonly ProfileField[]): ProfileField {
  const field = fields.find((one) => one.field === name)
  // Whoever may not see it learns no more than of one that is not there.
  if (field === undefined || !mayEdit(field, guide)) throw notYours()
  return field
}

const knownOf = (field: ProfileField, known: KnownField | undefined): contract.FieldValue | null =>
  known === undefined || known.kind !== field.type ? null : (fieldValueOf(field, known.values) ?? null)

const isSame = (a: Change['value'], b: Change['value']): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
const sorted = (value: Change['value']): Change['value'] => (Array.isArray(value) ? [...value].sort() : value)

const notYours = (): AppError =>
  new AppError('sidebar.unknown-field', 'no such field, or one that this person may not change', {
    status: 400,
    zh: '这一项资料改不了：可能刚被运营改掉了，或者你的角色不能改，请重新打开资料。',
  })

const noSuchValue = ({ name, field }: ProfileField): AppError =>
  new AppError('sidebar.no-such-value', 'not a value of the field', {
    status: 400,
    zh: `「${name ?? field}」不能填这个，请重新填。`,
  })

const overtaken = (field: ProfileField, now: KnownField | undefined): AppError => {
  const words = now === undefined ? '清空了' : `改成了「${fieldValueText(field, now.values)}」`
  return new AppError('sidebar.overtaken', 'the field was changed meanwhile', {
    status: 409,
    zh: `「${field.name ?? field.field}」刚刚被别处${words}，你改的没有保存，请看一下再存。`,
  })
}
