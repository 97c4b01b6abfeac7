import { facts } from '../../capabilities/facts.ts'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import type { Tx } from '../../core/db/tx.ts'
import { createSopQueries } from '../../operations/sop/explain/sop-queries.ts'
import { createWhyNot } from '../../operations/sop/explain/why-not.ts'
import { createSopVersions } from '../../operations/sop/model/sop-versions.ts'
import { customerQueries } from '../../records/customers/customer-queries.ts'
import { tagQueries } from '../../records/tags/tag-queries.ts'
import { EMPTY_BOOK } from '../../rules/rule-book-holder.ts'
import { inForce } from './in-force.ts'
import { readWords } from './read-words.ts'
import type { SopCommand } from './sop-command.ts'
import { whyText } from './why-text.ts'

export const whyCommand: SopCommand = {
  usage: 'why <客户> [SOP]',
  says: '这位客户（昵称或 external_userid）进了哪些 SOP、每一步为什么，没进的又为什么',
  run: async (words, deps) => {
    const { given } = readWords(words, { options: {}, names: ['客户', 'SOP 的编号'], least: 1 })
    const [wanted = '', sop] = given
    const book = (await inForce(deps)) ?? EMPTY_BOOK
    const rules = { current: () => book }
    return deps.db().tx(async (tx) => {
      const found = await find(tx, wanted)
      if (typeof found === 'string') return { code: 1, out: '', err: found }
      const { externalUserId } = found
      const queries = createSopQueries(createSopVersions({ rules, facts }), VOCABULARY)
      const whyNot = createWhyNot({
        clock: deps.clock,
        rules,
        facts,
        vocabulary: VOCABULARY,
        customers: { queries: customerQueries },
      })
      const isAsked = (one: { sop: string }): boolean => sop === undefined || one.sop === sop
      return {
        code: 0,
        out: whyText({
          name: found.name ?? externalUserId,
          journeys: (await queries.ofCustomer(tx, externalUserId)).filter(isAsked),
          notIn: (await whyNot(tx, externalUserId)).filter(isAsked),
          tags: sop === undefined ? await tagQueries.ofCustomer(tx, externalUserId) : [],
        }),
        err: '',
      }
    })
  },
}

const MOST_NAMED = 10

/** The customer of this id or nickname; else what to do about it, in Chinese. */
async function find(tx: Tx, wanted: string): Promise<{ externalUserId: string; name: string | undefined } | string> {
  if (await customerQueries.exists(tx, wanted)) {
    return { externalUserId: wanted, name: await customerQueries.nameOf(tx, wanted) }
  }
  const ids = await customerQueries.idsNamed(tx, wanted, MOST_NAMED)
  const [only, ...others] = ids
  if (only === undefined) return `没有叫「${wanted}」的客户，也没有这个 external_userid。`
  if (others.length === 0) return { externalUserId: only, name: wanted }
  return `叫「${wanted}」的客户有好几位，请写 external_userid：\n${ids.map((id) => `  ${id}`).join('\n')}`
}
