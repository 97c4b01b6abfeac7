import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { DAY_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import type { StepFigure } from '../../operations/sop/explain/sop-figures.ts'
import { stepAt } from '../../operations/sop/model/step-path.ts'
import { stepText } from '../../operations/sop/model/step-text.ts'
import type { RuleBook } from '../../rules/book/rule-book.ts'
import type { Cast } from '../../upkeep/rehearsal/choose-customers.ts'
import type { Arrivals } from '../../upkeep/rehearsal/estimate-arrivals.ts'
import type { Plan, SopPlan } from '../../upkeep/rehearsal/rehearse-plan.ts'

export interface PlanReport {
  plan: Plan
  /** The same days with the rules in force; undefined when these are the same or there never were any. */
  running: Plan | undefined
  /** What those bring who come by an event; undefined: no journey begins so, or too little is on record. */
  arrivals: Arrivals | undefined
  cast: Cast
  /** Of the plan, those that were asked for. */
  sops: SopPlan[]
  book: RuleBook
  runningBook: RuleBook | undefined
  /** Names by userid. */
  guides: ReadonlyMap<string, string>
}

/** Steps that only lead on. */
const PASSIVE = new Set(['wait', 'choose', 'split'])

/** How the outcome of a step begins that did not do what it says. */
const isMissed = ({ outcome }: StepFigure): boolean =>
  outcome.startsWith('没有') || /^群发「.*」(未安排|未送达)/.test(outcome)

/** The guide's day was full: the to-do comes on a later morning. */
const isHeld = ({ outcome }: StepFigure): boolean => /^待办「.*」排到/.test(outcome)

export const spanDays = ({ fromMs, toMs }: Pick<Plan, 'fromMs' | 'toMs'>): number =>
  Math.round((toMs - fromMs) / DAY_MS)

export const dayOf = (atMs: number): string => shanghaiText(atMs).slice(0, 10)

export function countBy<Item>(items: Iterable<Item>, keyOf: (item: Item) => string): Map<string, number> {
  const counts = new Map<string, number>()
  for (const item of items) counts.set(keyOf(item), (counts.get(keyOf(item)) ?? 0) + 1)
  return counts
}

export interface StepRow {
  position: string
  text: string
  kind: string
  done: StepFigure[]
  missed: StepFigure[]
}

/** What each acting step did, in the order of the journey. */
export function stepRows(sop: Pick<SopPlan, 'sop' | 'steps'>, book: RuleBook): StepRow[] {
  const rows = new Map<string, StepRow>()
  for (const figure of sop.steps) {
    if (PASSIVE.has(figure.kind)) continue
    // Those who are inside on an older version count at the step that stands there now, if it is of the same kind.
    const step = stepAt(book.sops.get(sop.sop)?.steps ?? [], figure.position)
    const isSame = step !== undefined && figure.kind in step
    const text = isSame ? stepText(step, VOCABULARY) : `旧版本的步骤（${figure.kind}）`
    const key = `${figure.position} ${text}`
    const row = rows.get(key) ?? { position: figure.position, text, kind: figure.kind, done: [], missed: [] }
    rows.set(key, row)
    ;(isMissed(figure) ? row.missed : row.done).push(figure)
  }
  return [...rows.values()].sort((a, b) => a.position.localeCompare(b.position, 'en', { numeric: true }))
}

export interface GuideLoad {
  userId: string
  tasks: number
  messages: number
  /** Groups into which this guide confirms a scheduled send, each time counted. */
  groups: number
  /** To-dos that wait for a later day since this guide's day is full. */
  held: number
  /** The fullest day and how many to-dos it brings. */
  fullest: { day: string; tasks: number } | undefined
}

/** What each guide is asked for by journeys and scheduled sends, the most first. */
export function guideLoads({ sops, plan }: Pick<PlanReport, 'sops' | 'plan'>): GuideLoad[] {
  const done = sops.flatMap((sop) => sop.steps).filter((step) => !isMissed(step))
  const asking = done.filter(({ kind }) => kind === 'task' || kind === 'invite' || kind === 'message')
  return [...new Set([...asking, ...plan.sends].map(({ userId }) => userId))]
    .map((userId) => {
      const mine = asking.filter((step) => step.userId === userId)
      const tasks = mine.filter((step) => step.kind !== 'message')
      const sent = plan.sends.filter((send) => send.userId === userId)
      const [fullest] = [...countBy(tasks, ({ atMs }) => dayOf(atMs))].sort((a, b) => b[1] - a[1])
      return {
        userId,
        tasks: tasks.length,
        messages: mine.length - tasks.length + sent.reduce((sum, { customers }) => sum + customers, 0),
        groups: sent.reduce((sum, { groups }) => sum + groups, 0),
        held: tasks.filter(isHeld).length,
        fullest: fullest === undefined ? undefined : { day: fullest[0], tasks: fullest[1] },
      }
    })
    .sort((a, b) => b.tasks + b.messages - a.tasks - a.messages || (a.userId < b.userId ? -1 : 1))
}

/** Enough to tell people apart on a screen, too little to look them up. */
export const maskedId = (externalUserId: string): string => `${externalUserId.slice(0, 4)}…${externalUserId.slice(-4)}`

/** Up to `most` customers, some of every kind: those who enter, those inside, those who are refused. */
export function examples(sop: SopPlan, most: number): { externalUserId: string; refused: string | undefined }[] {
  const entered = [...new Set([...sop.entered, ...sop.steps].map((one) => one.externalUserId))]
  const refused = [...sop.refused].flatMap(([why, ids]) =>
    ids.slice(0, 3).map((externalUserId) => ({ externalUserId, refused: why })),
  )
  const some = refused.slice(0, Math.max(0, most - Math.min(entered.length, Math.ceil(most / 2))))
  const shown = entered.slice(0, most - some.length).map((externalUserId) => ({ externalUserId, refused: undefined }))
  return [...shown, ...some]
}
