import { facts } from '../../capabilities/facts.ts'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { createSopQueries } from '../../operations/sop/explain/sop-queries.ts'
import { createWhyNot } from '../../operations/sop/explain/why-not.ts'
import { createSopVersions } from '../../operations/sop/model/sop-versions.ts'
import { customerQueries } from '../../records/customers/customer-queries.ts'
import { storedConsents } from '../../records/privacy/consents.ts'
import { tagQueries } from '../../records/tags/tag-queries.ts'
import { EMPTY_BOOK } from '../../rules/rule-book-holder.ts'
import { customerSlot, findCustomer } from '../find/find-customer.ts'
import { sopReleased, sopSlot } from '../find/find-sop.ts'
import { defineCommand } from '../frame/command.ts'
import { optional } from '../frame/slot.ts'
import { inForce } from './in-force.ts'
import { whyText } from './why-text.ts'

export const whyCommand = defineCommand({
  name: 'why',
  audited: 'look',
  scope: 'customers',
  says: '这位客户进了哪些 SOP、每一步为什么，没进的又为什么；身上的标签是谁打的',
  words: { customer: customerSlot, sop: optional(sopSlot) },
  run: async ({ customer, sop: written }, desk) => {
    const book = (await inForce(desk)) ?? EMPTY_BOOK
    const rules = { current: () => book }
    const db = await desk.db()
    const { externalUserId, name } = await db.view((view) => findCustomer(view, customer))
    return db.tx(async (tx) => {
      const sop = written === undefined ? undefined : await sopReleased(tx, written, book)
      const queries = createSopQueries(createSopVersions({ rules, facts }), VOCABULARY)
      const whyNot = createWhyNot({
        clock: desk.clock,
        rules,
        facts,
        vocabulary: VOCABULARY,
        customers: { queries: customerQueries },
        privacy: { consents: storedConsents(desk.clock) },
      })
      const isAsked = (one: { sop: string }): boolean => sop === undefined || one.sop === sop
      const found = {
        name,
        journeys: (await queries.ofCustomer(tx, externalUserId)).filter(isAsked),
        notIn: (await whyNot(tx, externalUserId)).filter(isAsked),
        tags: sop === undefined ? await tagQueries.ofCustomer(tx, externalUserId) : [],
      }
      return { text: whyText(found), data: { externalUserId, ...found }, about: [externalUserId] }
    })
  },
})
