import type { Db } from '../../core/db/db.ts'
import type { CustomerFacts } from '../../records/facts/facts.ts'
import type { Send } from '../../rules/book/rule-book.ts'
import { allTextOf } from '../../rules/book/variants-of.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import type { AskedAudience } from './asked-audience.ts'
import type { AudienceDeps } from './audience-deps.ts'
import { readAudiencePage } from './audience-page.ts'
import type { Choice, ExclusionKind } from './choice.ts'
import { chooseOnPage, readySend } from './choose-on-page.ts'
import { snapshotOfCampaign } from './dropped-out.ts'
import { remarkOnText } from './personal-words.ts'
import { priorityOfSend } from './read-rivals.ts'
import { MOST_PER_TASK } from './run-batches.ts'
import { chatTypeOf } from './send-run.ts'
import type { ChatType } from './send-states.ts'

interface Excluded {
  kind: ExclusionKind
  zh: string
  many: number
  examples: string[]
}

export interface DryRunDeps extends AudienceDeps {
  facts: Pick<CustomerFacts, 'audience' | 'meeting' | 'of'>
}

export interface VariantReach {
  name: string
  many: number
  /** Tasks at the platform, each confirmed by itself. */
  tasks: number
}

export interface DryRun {
  /** Whether the numbers are of customers or of groups. */
  chatType: ChatType
  /** Customers, or groups, per guide, most first. */
  guides: { userId: string; many: number }[]
  total: number
  /** WeCom chooses who sends: `guides` is what is expected, and of so many customers nobody knows. Absent: senders are named. */
  guesses?: number
  /** Of each version, where there are several. */
  variants?: VariantReach[]
  /** Who is kept out, by reason; `examples`: the first few external_userids or chat_ids. */
  excluded: Excluded[]
  remark: string | undefined
}

const EXAMPLES = 10
/** Customers per transaction, of whom all sends are decided. */
const PAGE = 4_000

/** What sends would do at `nowMs`, in their order: writes nothing. Those to customers are decided together, on one way through all
 *  customers; those into groups one after the other. */
export async function dryRuns(
  db: Db,
  deps: DryRunDeps,
  sends: readonly Send[],
  nowMs: number,
): Promise<Map<Send, DryRun>> {
  const tallies = new Map(sends.map((send) => [send, createTally(send)]))
  const add = (send: Send, choices: readonly Choice[]): void => tallies.get(send)?.add(choices)
  const [first, ...more] = sends.filter(({ value }) => chatTypeOf(value) === 'single')
  // Few may be meant by one alone, so it is they who are looked for.
  const alone = sends.filter(({ value }) => chatTypeOf(value) === 'group' || more.length === 0)
  for (const send of alone) await runAlone(db, deps, send, { nowMs, add })
  if (first !== undefined && more.length > 0) await runTogether(db, deps, [first, ...more], { nowMs, add })
  return new Map([...tallies].map(([send, { result }]) => [send, result()]))
}

interface Dry {
  nowMs: number
  add(send: Send, choices: readonly Choice[]): void
}

async function askedOf(db: Db, send: Send): Promise<AskedAudience> {
  const { name, audience, campaign: part, value, occasions, variants } = send
  const campaign = part === undefined ? undefined : await db.tx((tx) => snapshotOfCampaign(tx, part))
  const { guides, holdOut, senders } = value
  const [chatType, priority] = [chatTypeOf(value), priorityOfSend(send)]
  return { name, once: occasions?.once, campaign, chatType, audience, variants, guides, senders, holdOut, priority }
}

async function runAlone(db: Db, deps: DryRunDeps, send: Send, { nowMs, add }: Dry): Promise<void> {
  const asked = await askedOf(db, send)
  for (let after = ''; ; ) {
    const behind = after
    const page = await db.tx((tx) => readAudiencePage(tx, deps, asked, nowMs, behind))
    if (page.last === undefined) return
    after = page.last
    add(send, page.choices)
  }
}

/** The next page is looked up while this one is decided. */
async function runTogether(db: Db, deps: DryRunDeps, sends: readonly Send[], { nowMs, add }: Dry): Promise<void> {
  const ready = new Map(
    await inTurn(sends, async (send) => {
      const asked = await askedOf(db, send)
      return [send, await db.tx((tx) => readySend(tx, deps, asked, nowMs))] as const
    }),
  )
  const audiences = new Map(
    [...ready.values()]
      .flatMap(({ asked, rivals }) => [
        asked.audience,
        ...(asked.variants?.of ?? []).flatMap(({ when }) => when ?? []),
        ...rivals.map((one) => one.ready.asked.audience),
      ])
      .map((audience) => [keyOf(audience), audience]),
  )
  const keys = [...audiences.keys()]
  const look = (after: string) =>
    db.tx((tx) => deps.facts.meeting(tx, [...audiences.values()], nowMs, { after, limit: PAGE }))
  let next = look('')
  for (let after = ''; ; ) {
    const { ids, met } = await next
    const last = ids.at(-1)
    if (last === undefined) return
    next = look(last)
    // Whoever waits for it hears of its failure; until then nobody does.
    next.catch(() => undefined)
    const metBy = new Map(keys.map((key, nth) => [key, met[nth] ?? new Set<string>()]))
    const meets = async (audience: Condition): Promise<ReadonlySet<string>> => metBy.get(keyOf(audience)) ?? new Set()
    const among = { after, upTo: last, ids }
    await db.tx(async (tx) => {
      const choose = chooseOnPage(tx, deps, { among, nowMs, meets })
      for (const [send, one] of ready) add(send, await choose(one, [...(await meets(send.audience))]))
    })
    after = last
  }
}

const keyOf = (condition: Condition): string => JSON.stringify(condition)

async function inTurn<One, Made>(all: readonly One[], make: (one: One) => Promise<Made>): Promise<Made[]> {
  const made: Made[] = []
  for (const one of all) made.push(await make(one))
  return made
}

const addOne = (counts: Map<string, number> | undefined, key: string): void => {
  counts?.set(key, (counts.get(key) ?? 0) + 1)
}
const sumOf = (counts: ReadonlyMap<string, number>): number => [...counts.values()].reduce((sum, one) => sum + one, 0)

const reachOf = (name: string, guides: ReadonlyMap<string, number>): VariantReach => ({
  name,
  many: sumOf(guides),
  tasks: [...guides.values()].reduce((sum, many) => sum + Math.ceil(many / MOST_PER_TASK.single), 0),
})

function createTally({ value, variants }: Send) {
  let guesses = 0
  const guides = new Map<string, number>()
  const versions = new Map(variants?.of.map(({ name }) => [name, new Map<string, number>()]))
  const excluded = new Map<string, Excluded>()
  const mostFirst = (a: { many: number }, b: { many: number }): number => b.many - a.many
  return {
    add: (choices: readonly Choice[]): void => {
      for (const choice of choices) {
        if (choice.excluded === undefined) {
          addOne(guides, choice.userId)
          if (choice.isGuess === true) guesses += 1
          if (choice.variant !== undefined) addOne(versions.get(choice.variant), choice.userId)
        } else {
          const held = excluded.get(choice.excluded.zh) ?? { ...choice.excluded, many: 0, examples: [] }
          held.many += 1
          if (held.examples.length < EXAMPLES) held.examples.push(choice.id)
          excluded.set(choice.excluded.zh, held)
        }
      }
    },
    result: (): DryRun => ({
      chatType: chatTypeOf(value),
      guides: [...guides].map(([userId, many]) => ({ userId, many })).sort(mostFirst),
      total: sumOf(guides),
      ...(value.senders === undefined ? {} : { guesses }),
      ...(variants === undefined ? {} : { variants: [...versions].map(([name, own]) => reachOf(name, own)) }),
      excluded: [...excluded.values()].sort(mostFirst),
      remark: remarkOnText(allTextOf(value.content)),
    }),
  }
}
