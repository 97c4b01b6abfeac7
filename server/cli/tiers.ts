import { facts } from '../capabilities/facts.ts'
import type { Tx } from '../core/db/tx.ts'
import { createOutbox } from '../engine/actions/outbox.ts'
import { requestForOne } from '../operations/handover/handover-request.ts'
import { planHandover } from '../operations/handover/plan-handover.ts'
import { doubleTagged, type SurplusTag, surplusTags } from '../operations/tiers/double-tagged.ts'
import { planReview, type ReviewPlan } from '../operations/tiers/plan-review.ts'
import { changeProposal, type Proposal, proposalQueries } from '../operations/tiers/proposal-store.ts'
import { tidyingOf } from '../operations/tiers/tidy-tags.ts'
import { tierQueries } from '../operations/tiers/tier-queries.ts'
import { customerQueries } from '../records/customers/customer-queries.ts'
import { scoreQueries } from '../records/scores/score-queries.ts'
import { staffQueries } from '../records/staff/staff-queries.ts'
import { createQueueTagChanges } from '../records/tags/queue-tag-changes.ts'
import { customerSlot, findCustomer } from './find/find-customer.ts'
import { findNamed } from './find/find-named.ts'
import { guideNames } from './find/guide-names.ts'
import { readBook } from './find/read-book.ts'
import { cliFault } from './frame/cli-fault.ts'
import {
  type Answer,
  type ChangeAnswer,
  type Changed,
  type Desk,
  defineCommand,
  type Program,
} from './frame/command.ts'
import { flag, numbered, optional, text } from './frame/slot.ts'
import { planSheet, planText } from './tier-plan-text.ts'
import { candidatesText, listText, type Names, proposalsSheet, proposalsText, whyText } from './tiers-text.ts'

const LADDER = { kind: '梯子', where: 'config/tiers/' }
const NO_LADDER = '还没有梯子（在 config/tiers/ 里写一把）'
const proposalSlot = numbered('编号', '提议的编号，先用 proposals 查')

async function namesOf(tx: Tx, externalUserIds: readonly string[]): Promise<Names> {
  return { staff: await guideNames(tx), customers: await customerQueries.namesOf(tx, [...new Set(externalUserIds)]) }
}

const whoseOf = (proposed: readonly Proposal[]): string[] => proposed.map((one) => one.externalUserId)

const list = defineCommand({
  name: 'list',
  audited: 'no',
  scope: 'open',
  says: '每一级有多少人、专属导购各带多少、多少人在排队',
  lists: true,
  words: { ladder: optional(text('梯子', '只看这一把；不写就看全部')) },
  run: async ({ ladder: written }, desk) => {
    const { ladders } = await readBook(desk)
    const chosen = written === undefined ? [...ladders.values()] : [findNamed(ladders, written, LADDER)]
    return (await desk.db()).tx(async (tx) => {
      const parts: string[] = []
      const data = []
      for (const ladder of chosen) {
        const places = new Map<string, { userId: string; customers: number }[]>()
        const queued = new Map<string, number>()
        for (const { name } of ladder.levels) {
          places.set(name, await tierQueries.placesAt(tx, ladder.name, name))
          queued.set(name, await proposalQueries.countQueued(tx, ladder.name, name))
        }
        const doubles = await doubleTagged(tx, ladder)
        const counts = await tierQueries.countsOn(tx, ladder)
        parts.push(listText(ladder, { counts, places, queued, names: await namesOf(tx, doubles), doubles }))
        const levels = ladder.levels.map(({ name }) => ({
          level: name,
          customers: counts.get(name) ?? 0,
          guides: places.get(name) ?? [],
          queued: queued.get(name) ?? 0,
        }))
        data.push({ ladder: ladder.name, levels, doubles })
      }
      const rows = data.flatMap(({ ladder, levels }) =>
        levels.map(({ level, customers, queued }) => [ladder, level, customers, queued]),
      )
      return {
        text: parts.length === 0 ? NO_LADDER : parts.join('\n\n'),
        data: { ladders: data },
        sheet: { header: ['梯子', '级', '人数', '排队'], rows },
      }
    })
  },
})

const candidates = defineCommand({
  name: 'candidates',
  audited: 'look',
  scope: 'customers',
  says: '提议升降、等人确认的客户，以及理由',
  lists: true,
  words: { ladder: text('梯子', '梯子的名字') },
  run: async ({ ladder: written }, desk) => {
    const ladder = findNamed((await readBook(desk)).ladders, written, LADDER)
    const isAuto = ladder.value.moves === 'auto'
    return (await desk.db()).tx(async (tx) => {
      const found = isAuto ? [] : await proposalQueries.candidates(tx, ladder.name)
      const names = await namesOf(tx, whoseOf(found))
      const auto = `「${ladder.name}」自动升降（moves: auto），没有等确认的候选人。`
      return {
        text: isAuto ? auto : candidatesText(ladder.name, found, names),
        data: { ladder: ladder.name, proposals: found },
        sheet: proposalsSheet(found, names),
      }
    })
  },
})

const proposals = defineCommand({
  name: 'proposals',
  audited: 'look',
  scope: 'customers',
  says: '所有等待处理的提议：升降和转接专属导购',
  lists: true,
  run: async (_values, desk) =>
    (await desk.db()).tx(async (tx) => {
      const found = await proposalQueries.pending(tx)
      const names = await namesOf(tx, whoseOf(found))
      return { text: proposalsText(found, names), data: { proposals: found }, sheet: proposalsSheet(found, names) }
    }),
})

async function proposalOf(tx: Tx, id: number): Promise<Proposal> {
  const proposal = await proposalQueries.byId(tx, id)
  if (proposal === undefined) throw cliFault('no', `没有编号 ${id} 的提议，先用 proposals 查。`)
  return proposal
}

const plan = defineCommand({
  name: 'plan',
  audited: 'look',
  scope: 'customers',
  says: '今晚的评定会做什么：升降、第一次归位、转接给专属导购的提议；只读',
  lists: true,
  words: { ladder: optional(text('梯子', '只看这一把；不写就看全部')) },
  run: async ({ ladder: written }, desk) => {
    const book = await readBook(desk)
    const chosen = written === undefined ? [...book.ladders.values()] : [findNamed(book.ladders, written, LADDER)]
    const deps = { facts, customers: customerQueries, staff: staffQueries }
    return (await desk.db()).tx(async (tx): Promise<Answer> => {
      const plans: ReviewPlan[] = []
      for (const ladder of chosen) plans.push(await planReview(tx, ladder, book, { deps, nowMs: desk.clock.now() }))
      const names = await guideNames(tx)
      return {
        text: plans.length === 0 ? NO_LADDER : plans.map((one) => planText(one, names)).join('\n\n'),
        data: { plans },
        sheet: planSheet(plans, names),
      }
    })
  },
})

const tidy = defineCommand({
  name: 'tidy',
  audited: 'change',
  scope: 'operate',
  says: '带着两级标签的客户只留现在那一级的，人工打的也摘；运行中的服务会马上执行',
  words: { ladder: text('梯子', '梯子的名字') },
  run: async ({ ladder: written }, desk) => {
    const ladder = findNamed((await readBook(desk)).ladders, written, LADDER)
    const outbox = createOutbox({ clock: desk.clock, nudge: () => undefined })
    return (await desk.db()).tx(async (tx): Promise<ChangeAnswer> => {
      const surplus = await surplusTags(tx, ladder)
      const asked = tidyingOf(ladder, surplus, { by: 'guide', nowMs: desk.clock.now() })
      const taken = (await createQueueTagChanges({ outbox })(tx, asked)).size
      const nothingMore = `「${ladder.name}」没有要摘的标签${surplus.length > 0 ? '：已经在摘了' : ''}。`
      const said = taken === 0 ? nothingMore : `会摘下 ${taken} 个标签；时间线上有记录。`
      const changed = taken === 0 ? [] : surplus.map(takenOff)
      return { text: said, data: { taken }, changed }
    })
  },
})

const takenOff = ({ externalUserId, userId, path }: SurplusTag): Changed => ({
  of: userId,
  customer: externalUserId,
  before: { tag: path },
})

const answered = ({ id, kind, externalUserId, ladder, from, to, state }: Proposal, now: string): Changed => ({
  of: `#${id} ${kind}`,
  customer: externalUserId,
  before: { state, ladder, level: from },
  after: { state: now, ladder, level: to },
})

const confirm = defineCommand({
  name: 'confirm',
  audited: 'change',
  scope: 'operate',
  says: '同意提议：一条、一级的、或者全部；运行中的服务会马上执行',
  words: { id: optional(proposalSlot) },
  options: {
    level: optional(text('梯子/级', '到这一级的全部提议，如 分层/S')),
    all: flag('全部等确认的提议'),
  },
  run: async ({ id, level, all }, desk) => {
    if ([id !== undefined, level !== undefined, all].filter(Boolean).length !== 1)
      throw cliFault('wrong-use', '写一个编号、--level 梯子/级 或 --all，只写一样。')
    if (id === undefined) return confirmMany(level, desk)
    return (await desk.db()).tx(async (tx): Promise<ChangeAnswer> => {
      const proposal = await proposalOf(tx, id)
      const nowMs = desk.clock.now()
      const why = proposal.kind === 'hand-over' ? await refusalOf(tx, proposal, nowMs) : undefined
      if (why !== undefined) throw cliFault('no', `现在不能转接：${why}`)
      const isAccepted = await changeProposal(tx, id, ['open'], { state: 'accepted', atMs: nowMs })
      if (!isAccepted) throw cliFault('no', `编号 ${id} 的提议现在不能确认（还在排队，或者已经处理过）。`)
      const changed = [answered(proposal, 'accepted')]
      return { text: `已同意 #${id}；运行中的服务会马上执行。`, data: { accepted: id }, changed }
    })
  },
})

/** Those that wait and that WeCom would not refuse. `level`: only those to it; undefined: all. */
async function confirmMany(level: string | undefined, desk: Desk): Promise<ChangeAnswer> {
  return (await desk.db()).tx(async (tx): Promise<ChangeAnswer> => {
    const nowMs = desk.clock.now()
    const open = (await proposalQueries.pending(tx)).filter(
      ({ state, ladder, to }) => state === 'open' && (level === undefined || level === `${ladder}/${to}`),
    )
    const accepted: number[] = []
    const refused: { id: number; why: string }[] = []
    for (const proposal of open) {
      const why = proposal.kind === 'hand-over' ? await refusalOf(tx, proposal, nowMs) : undefined
      if (why !== undefined) refused.push({ id: proposal.id, why })
      else if (await changeProposal(tx, proposal.id, ['open'], { state: 'accepted', atMs: nowMs }))
        accepted.push(proposal.id)
    }
    if (open.length === 0)
      throw cliFault('no', level === undefined ? '没有等确认的提议。' : `没有到「${level}」、等确认的提议。`)
    const not = refused.map(({ id, why }) => `  #${id} 现在不能转接：${why}`)
    return {
      text: [`已同意 ${accepted.length} 条；运行中的服务会马上执行。`, ...not].join('\n'),
      data: { accepted, refused },
      changed: open.filter(({ id }) => accepted.includes(id)).map((one) => answered(one, 'accepted')),
      isNo: refused.length > 0,
    }
  })
}

/** Why WeCom would refuse; undefined: it would not. */
async function refusalOf(tx: Tx, proposal: Proposal, nowMs: number): Promise<string | undefined> {
  const owner = await customerQueries.ownerOf(tx, proposal.externalUserId)
  if (owner === undefined) return '客户现在没有导购'
  if (proposal.toUserId === undefined) return '专属导购都满了，还在排队'
  const planned = await planHandover(tx, requestForOne(owner, proposal.toUserId, proposal.externalUserId), nowMs)
  if ('fault' in planned) return planned.fault
  const { moves, blocked } = planned.plan.customers
  return moves.length > 0 ? undefined : (blocked[0]?.why ?? '客户不在这位导购名下')
}

const decline = defineCommand({
  name: 'decline',
  audited: 'change',
  scope: 'operate',
  says: '不同意；同样的提议在条件变化以前不再出现',
  words: { id: proposalSlot },
  run: async ({ id }, desk) =>
    (await desk.db()).tx(async (tx): Promise<ChangeAnswer> => {
      const proposal = await proposalOf(tx, id)
      const change = { state: 'declining', atMs: desk.clock.now() } as const
      const isDeclined = await changeProposal(tx, id, ['queued', 'open'], change)
      if (!isDeclined) throw cliFault('no', `编号 ${id} 的提议已经处理过。`)
      const changed = [answered(proposal, 'declining')]
      return { text: `已记下不同意 #${id}；条件变化以前不再提议。`, data: { declined: id }, changed }
    }),
})

const why = defineCommand({
  name: 'why',
  audited: 'look',
  scope: 'customers',
  says: '这位客户在每把梯子上是哪一级、为什么、什么时候可以再动',
  words: { customer: customerSlot },
  run: async ({ customer }, desk) => {
    const { ladders } = await readBook(desk)
    const db = await desk.db()
    const { externalUserId, name } = await db.view((view) => findCustomer(view, customer))
    return db.tx(async (tx): Promise<Answer> => {
      const found = {
        name,
        tiers: await tierQueries.ofCustomer(tx, externalUserId),
        moves: await tierQueries.movesOf(tx, externalUserId),
        proposals: await proposalQueries.ofCustomer(tx, externalUserId),
        score: (await scoreQueries.of(tx, [externalUserId])).get(externalUserId),
        cuts: await scoreQueries.cuts(tx),
      }
      const text = whyText({ ...found, ladders, nowMs: desk.clock.now() })
      return { text, data: { externalUserId, ...found }, about: [externalUserId] }
    })
  },
})

export const tiersProgram: Program = {
  name: 'tiers',
  says: '客户分层：每把梯子上有谁，谁该升降，谁该转给专属导购。',
  commands: [list, plan, candidates, proposals, confirm, decline, tidy, why],
}
