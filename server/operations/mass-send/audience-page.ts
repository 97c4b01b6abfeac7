import type { Tx } from '../../core/db/tx.ts'
import { holds } from '../../rules/condition/holds.ts'
import { factPaths } from '../../rules/condition/parse-condition.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import type { AskedAudience } from './asked-audience.ts'
import type { AudienceDeps } from './audience-deps.ts'
import type { AudiencePage } from './choice.ts'
import { chooseOnPage, readySend } from './choose-on-page.ts'
import { deferredOf } from './deferred-of.ts'
import { readGroupPage } from './group-page.ts'

/** Customers per transaction: memory stays bounded and no transaction is long. */
const PAGE = 500

/** The next page of a send's audience, by external_userid or chat_id, with what is to happen to each. Reads only. */
export const readAudiencePage = (
  tx: Tx,
  deps: AudienceDeps,
  send: AskedAudience,
  nowMs: number,
  after: string,
): Promise<AudiencePage> =>
  send.chatType === 'group'
    ? readGroupPage(tx, { ...deps.groups, sends: deps.sends }, send, nowMs, after)
    : readCustomerPage(tx, deps, send, nowMs, after)

async function readCustomerPage(
  tx: Tx,
  deps: AudienceDeps,
  send: AskedAudience,
  nowMs: number,
  after: string,
): Promise<AudiencePage> {
  const { laterOf } = send
  const looked =
    laterOf === undefined
      ? await deps.facts.audience(tx, send.audience, nowMs, { limit: PAGE, ...(after === '' ? {} : { after }) })
      : await deferredOf(tx, { runId: laterOf, chatType: 'single' }, { after, limit: PAGE })
  const meetsOf = async (ids: readonly string[], audience: Condition): Promise<string[]> => {
    const known = await deps.facts.of(tx, ids, nowMs, factPaths(audience))
    return ids.filter((id) => holds(audience, known.get(id) ?? new Map()))
  }
  const ids = laterOf === undefined ? looked : await meetsOf(looked, send.audience)
  if (ids.length === 0) return { choices: [], last: looked.at(-1) }
  const meets = async (condition: Condition) => new Set(await meetsOf(ids, condition))
  const choose = chooseOnPage(tx, deps, { among: ids, nowMs, meets })
  const choices = await choose(await readySend(tx, deps, send, nowMs), ids)
  return { choices, last: looked.at(-1) }
}
