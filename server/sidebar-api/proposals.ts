import type { Tx } from '../core/db/tx.ts'
import type { Clock } from '../core/kernel/clock.ts'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import type { ScriptsLibrary } from '../operations/scripts-library/scripts-library.ts'
import type { Tasks } from '../operations/tasks/tasks.ts'
import type { CustomerFacts } from '../records/facts/facts.ts'
import type { Media } from '../records/media/media.ts'
import type { RuleBookHolder } from '../rules/book/rule-book.ts'
import type { Proposal, Proposals } from './contract.ts'
import type { Friend } from './friend-of.ts'
import { createReadSaid, type ReadSaidDeps } from './read-said.ts'
import { type Said, saidBefore } from './said.ts'
import { scriptView } from './script-view.ts'
import { factsOf } from './why.ts'

export interface ProposalDeps extends ReadSaidDeps {
  clock: Clock
  rules: Pick<RuleBookHolder, 'current'>
  tasks: Pick<Tasks, 'queries'>
  media: Pick<Media, 'chatMessages'>
  facts: Pick<CustomerFacts, 'of'>
  scripts: Pick<ScriptsLibrary, 'proposedFor' | 'factPaths'>
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
    if (guide.lost !== undefined) return { proposals: [], total: 0 }
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
    const proposed = scripts
      .proposedFor(known)
      .filter((one) => !inTasks.has(one.script.name))
      .map((one) => ({ ...one, said: viewOf(saidBefore(one.script.value, poolsOf(one.script.name), said)) }))
      // What the customer has not heard yet comes first, then what was said longest ago.
      .sort((a, b) => (a.said?.atMs ?? 0) - (b.said?.atMs ?? 0))
    const proposals: Proposal[] = []
    for (const { script, because, basis, said: last } of proposed.slice(0, SHOWN)) {
      const view = await scriptView(tx, media, script)
      proposals.push({ script: view, because, facts: factsOf(basis, book), said: last })
    }
    return { proposals, total: proposed.length }
  }
}
