import { pathToFileURL } from 'node:url'
import { VOCABULARY } from '../capabilities/vocabulary.ts'
import type { Db } from '../core/db/db.ts'
import type { Tx } from '../core/db/tx.ts'
import { type Clock, systemClock } from '../core/kernel/clock.ts'
import { planHandover } from '../operations/handover/plan-handover.ts'
import { handoverRequestOf } from '../operations/tiers/carry-out.ts'
import { doubleTagged } from '../operations/tiers/double-tagged.ts'
import { changeProposal, type Proposal, proposalQueries } from '../operations/tiers/proposal-store.ts'
import { tierQueries } from '../operations/tiers/tier-queries.ts'
import { customerQueries } from '../records/customers/customer-queries.ts'
import { scoreQueries } from '../records/scores/score-queries.ts'
import { staffQueries } from '../records/staff/staff-queries.ts'
import type { Ladder, RuleBook } from '../rules/book/rule-book.ts'
import { loadRules } from '../rules/load-rules.ts'
import { readSomeSettings } from '../settings.ts'
import { type Outcome, runOnDatabase } from './outcome.ts'
import { candidatesText, listText, type Names, proposalsText, whyText } from './tiers-text.ts'

const USAGE = `用法：npm run -s tiers -- <命令>

  list [梯子]         每一级有多少人、专属导购各带多少、多少人在排队
  candidates <梯子>   提议升降、等人确认的客户，以及理由
  proposals           所有等待处理的提议：升降和转接专属导购
  confirm <编号>      同意一条提议；运行中的服务会马上执行
  decline <编号>      不同意；同样的提议在条件变化以前不再出现
  why <客户>          这位客户在每把梯子上是哪一级、为什么、什么时候可以再动

退出码：0 正常，1 没有找到、不能执行或读不到，2 用法不对`

export interface TiersCliDeps {
  db: Db
  clock: Clock
  /** The config folder. */
  folder: string
}

const good = (out: string): Outcome => ({ code: 0, out, err: '' })
const notFound = (err: string): Outcome => ({ code: 1, out: '', err })
const wrongUse = (message: string): Outcome => ({ code: 2, out: '', err: `${message}\n\n${USAGE}` })

const NEEDS: Record<string, string> = {
  candidates: '梯子的名字',
  confirm: '提议的编号，先用 proposals 查',
  decline: '提议的编号，先用 proposals 查',
  why: '客户的 external_userid',
}

/** `words`: the command line after the program's name. Only confirm and decline write. */
export async function runTiers(words: readonly string[], deps: TiersCliDeps): Promise<Outcome> {
  const [command, what, ...more] = words
  if (command === undefined) return wrongUse('没有写命令。')
  if (command === 'help' || command === '--help' || command === '-h') return good(USAGE)
  if (command !== 'list' && command !== 'proposals' && !Object.hasOwn(NEEDS, command)) {
    return wrongUse(`没有「${command}」这个命令。`)
  }
  const extra = command === 'proposals' ? what : more[0]
  if (extra !== undefined) return wrongUse(`多了 ${extra}。`)
  if (Object.hasOwn(NEEDS, command) && what === undefined) return wrongUse(`${command} 后面要写${NEEDS[command]}。`)
  if (command === 'confirm' || command === 'decline') {
    if (!/^#?\d+$/.test(what ?? '')) return wrongUse(`${command} 后面要写${NEEDS[command]}。`)
    const id = Number(what?.replace('#', ''))
    return command === 'confirm' ? confirm(deps, id) : decline(deps, id)
  }
  if (command === 'proposals') return proposals(deps)
  const { book, faults } = await loadRules(deps.folder, VOCABULARY)
  if (book === undefined)
    return notFound(`规则有 ${faults.length} 处错误，先运行 npm run -s sop -- check ${deps.folder}`)
  if (command === 'why') return why(deps, book, what ?? '')
  const ladder = what === undefined ? undefined : book.ladders.get(what)
  if (what !== undefined && ladder === undefined) {
    const known = [...book.ladders.keys()].map((one) => `「${one}」`).join('、')
    return notFound(`没有叫「${what}」的梯子。${known === '' ? '在 config/tiers/ 里写一把' : `有：${known}`}`)
  }
  if (command === 'candidates' && ladder !== undefined) return candidates(deps, ladder)
  return list(deps, ladder === undefined ? [...book.ladders.values()] : [ladder])
}

async function namesOf(tx: Tx, proposed: readonly Proposal[] = []): Promise<Names> {
  const staff = await staffQueries.all(tx)
  const customers = await customerQueries.namesOf(tx, [...new Set(proposed.map((one) => one.externalUserId))])
  return {
    staff: new Map(staff.flatMap((member) => (member.name === undefined ? [] : [[member.userId, member.name]]))),
    customers,
  }
}

async function list({ db }: TiersCliDeps, ladders: Ladder[]): Promise<Outcome> {
  if (ladders.length === 0) return good('还没有梯子（在 config/tiers/ 里写一把）')
  return db.tx(async (tx) => {
    const names = await namesOf(tx)
    const parts: string[] = []
    for (const ladder of ladders) {
      const places = new Map<string, { userId: string; customers: number }[]>()
      const queued = new Map<string, number>()
      for (const { name } of ladder.levels) {
        places.set(name, await tierQueries.placesAt(tx, ladder.name, name))
        queued.set(name, await proposalQueries.countQueued(tx, ladder.name, name))
      }
      const doubles = await doubleTagged(tx, ladder)
      parts.push(listText(ladder, { counts: await tierQueries.countsOn(tx, ladder), places, queued, names, doubles }))
    }
    return good(parts.join('\n\n'))
  })
}

async function candidates({ db }: TiersCliDeps, ladder: Ladder): Promise<Outcome> {
  if (ladder.value.moves === 'auto') return good(`「${ladder.name}」自动升降（moves: auto），没有等确认的候选人。`)
  return db.tx(async (tx) => {
    const found = await proposalQueries.candidates(tx, ladder.name)
    return good(candidatesText(ladder.name, found, await namesOf(tx, found)))
  })
}

async function proposals({ db }: TiersCliDeps): Promise<Outcome> {
  return db.tx(async (tx) => {
    const found = await proposalQueries.pending(tx)
    return good(proposalsText(found, await namesOf(tx, found)))
  })
}

async function confirm({ db, clock }: TiersCliDeps, id: number): Promise<Outcome> {
  return db.tx(async (tx) => {
    const proposal = await proposalQueries.byId(tx, id)
    if (proposal === undefined) return notFound(`没有编号 ${id} 的提议，先用 proposals 查。`)
    const why = proposal.kind === 'hand-over' ? await refusalOf(tx, proposal, clock.now()) : undefined
    if (why !== undefined) return notFound(`现在不能转接：${why}`)
    const accepted = await changeProposal(tx, id, ['open'], { state: 'accepted', atMs: clock.now() })
    if (!accepted) return notFound(`编号 ${id} 的提议现在不能确认（还在排队，或者已经处理过）。`)
    return good(`已同意 #${id}；运行中的服务会马上执行。`)
  })
}

/** Why WeCom would refuse; undefined: it would not. */
async function refusalOf(tx: Tx, proposal: Proposal, nowMs: number): Promise<string | undefined> {
  const owner = await customerQueries.ownerOf(tx, proposal.externalUserId)
  if (owner === undefined) return '客户现在没有导购'
  if (proposal.toUserId === undefined) return '专属导购都满了，还在排队'
  const planned = await planHandover(tx, handoverRequestOf(owner, proposal.toUserId, proposal.externalUserId), nowMs)
  if ('fault' in planned) return planned.fault
  const { moves, blocked } = planned.plan.customers
  return moves.length > 0 ? undefined : (blocked[0]?.why ?? '客户不在这位导购名下')
}

async function decline({ db, clock }: TiersCliDeps, id: number): Promise<Outcome> {
  return db.tx(async (tx) => {
    const proposal = await proposalQueries.byId(tx, id)
    if (proposal === undefined) return notFound(`没有编号 ${id} 的提议，先用 proposals 查。`)
    const declined = await changeProposal(tx, id, ['queued', 'open'], { state: 'declining', atMs: clock.now() })
    if (!declined) return notFound(`编号 ${id} 的提议已经处理过。`)
    return good(`已记下不同意 #${id}；条件变化以前不再提议。`)
  })
}

async function why({ db, clock }: TiersCliDeps, book: RuleBook, externalUserId: string): Promise<Outcome> {
  return db.tx(async (tx) => {
    if (!(await customerQueries.exists(tx, externalUserId))) return notFound(`没有客户 ${externalUserId}，请核对。`)
    const proposed = await proposalQueries.ofCustomer(tx, externalUserId)
    return good(
      whyText({
        name: (await customerQueries.nameOf(tx, externalUserId)) ?? externalUserId,
        ladders: book.ladders,
        tiers: await tierQueries.ofCustomer(tx, externalUserId),
        moves: await tierQueries.movesOf(tx, externalUserId),
        proposals: proposed,
        score: (await scoreQueries.of(tx, [externalUserId])).get(externalUserId),
        cuts: await scoreQueries.cuts(tx),
        names: await namesOf(tx, proposed),
        nowMs: clock.now(),
      }),
    )
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runOnDatabase((words, db) => {
    const { HUOSHUI_CONFIG: folder } = readSomeSettings(process.env, ['HUOSHUI_CONFIG'])
    return runTiers(words, { db, clock: systemClock, folder })
  })
}
