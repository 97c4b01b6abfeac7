import type { Tx } from '../core/db/tx.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { DAY_MS, shanghaiIso } from '../core/kernel/shanghai.ts'
import { OUTCOME_DAYS } from '../operations/scripts-library/script-outcomes.ts'
import type { Scripts } from '../operations/scripts-library/scripts.ts'
import type { Tasks } from '../operations/tasks/tasks.ts'
import type { CustomerFacts } from '../records/facts/facts.ts'
import type { Media } from '../records/media/media.ts'
import { DEFAULT_PRIORITY } from '../rules/book/priority.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { Proposal, Proposals } from './contract.ts'
import type { Friend } from './friend-of.ts'
import { learnedOrder } from './learned-order.ts'
import { createReadSaid, type ReadSaidDeps } from './read-said.ts'
import { type Said, saidBefore } from './said.ts'
import { scriptViews } from './script-view.ts'
import { factsOf } from './why.ts'

export interface ProposalDeps extends ReadSaidDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  tasks: Pick<Tasks, 'queries'>
  media: Pick<Media, 'chatMessages' | 'sizeOf'>
  facts: Pick<CustomerFacts, 'of'>
  scripts: Pick<Scripts, 'proposedFor' | 'factPaths' | 'outcomesOf'>
}

const SHOWN = 5
/** What was said within this time is not proposed as the thing to say. */
const FRESH_MS = DAY_MS

/** What may be said to one customer now, best first. */
export function createProposals(deps: ProposalDeps) {
  const { clock, rules, tasks, media, facts, scripts } = deps
  const readSaid = createReadSaid(deps)

  const viewOf = (said: Said | undefined): Proposal['said'] =>
    said === undefined ? null : { atMs: said.atMs, by: said.by, isFresh: clock.now() - said.atMs < FRESH_MS }

  return async function proposalsFor(tx: Tx, guide: Friend, externalUserId: string): Promise<Proposals> {
    // Nothing reaches them.
    if (guide.lost !== undefined) return { proposals: [], total: 0, how: 'file' }
    const book = rules.current()
    // What a to-do says already, with its group code, is not said a second time without it.
    const inTasks = new Set(
      (await tasks.queries.openFor(tx, guide.userId, externalUserId)).map((task) => task.scriptId),
    )
    const known =
      (await facts.of(tx, [externalUserId], clock.now(), scripts.factPaths())).get(externalUserId) ?? new Map()
    const said = await readSaid(tx, externalUserId)
    const poolsOf = (id: string): string[] =>
      [...book.pools.values()].filter((pool) => pool.value.script === id).map((pool) => pool.name)
    const fitting = scripts
      .proposedFor(known)
      .filter((one) => !inTasks.has(one.script.name))
      .map((one) => ({ ...one, said: viewOf(saidBefore(one.script.value, poolsOf(one.script.name), said)) }))
      // What the customer has not heard yet comes first, then what was said longest ago.
      .sort((a, b) => (a.said?.atMs ?? 0) - (b.said?.atMs ?? 0))
    const outcomes = await scripts.outcomesOf(
      tx,
      fitting.map((one) => one.script.name),
    )
    const day = shanghaiIso(clock.now()).slice(0, 10)
    const { order, how } = learnedOrder(
      fitting.map(({ script, said: last }) => ({
        ...(outcomes.get(script.name) ?? { id: script.name, customers: 0, bought: 0 }),
        priority: script.value.priority ?? DEFAULT_PRIORITY,
        isSaid: last !== null,
      })),
      // The same all day for this guide and customer: a list that moves under a thumb helps nobody.
      `${day} ${guide.userId} ${externalUserId}`,
    )
    const byId = new Map(fitting.map((one) => [one.script.name, one]))
    const shown = order.slice(0, SHOWN).flatMap((id) => byId.get(id) ?? [])
    const views = await scriptViews(
      tx,
      media,
      shown.map((one) => one.script),
    )
    const proposals = shown.flatMap(({ script, because, basis, said: last }, nth): Proposal[] => {
      const [view, tried] = [views[nth], outcomes.get(script.name)]
      if (view === undefined) return []
      const became =
        tried === undefined ? null : { customers: tried.customers, bought: tried.bought, days: OUTCOME_DAYS }
      return [{ script: view, because, facts: factsOf(basis, book), said: last, became }]
    })
    return { proposals, total: fitting.length, how }
  }
}
