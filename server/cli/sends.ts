import { facts } from '../capabilities/facts.ts'
import type { Among } from '../core/db/among.ts'
import type { Tx } from '../core/db/tx.ts'
import { DAY_MS } from '../core/kernel/shanghai.ts'
import { dropQuestion } from '../operations/mass-send/approve-run.ts'
import { cancelRun } from '../operations/mass-send/cancel-run.ts'
import { type DryRun, dryRuns } from '../operations/mass-send/dry-run.ts'
import { broughtBy } from '../operations/mass-send/learned.ts'
import { likelySenders } from '../operations/mass-send/likely-senders.ts'
import { sendQueries } from '../operations/mass-send/send-queries.ts'
import { RUN_STATE_ZH } from '../operations/mass-send/send-states.ts'
import { broughtByVariant, throughsOf } from '../operations/mass-send/variant-results.ts'
import { createAlerts } from '../records/alerts/alerts.ts'
import { customerQueries } from '../records/customers/customer-queries.ts'
import { groupQueries } from '../records/groups/group-queries.ts'
import { groupSteps } from '../records/groups/group-steps.ts'
import { linkFiguresOf } from '../records/links/link-figures.ts'
import { storedConsents } from '../records/privacy/consents.ts'
import { staffQueries } from '../records/staff/staff-queries.ts'
import { touches } from '../records/touches/touches.ts'
import { getsNoMarketing } from '../rules/book/no-marketing.ts'
import { didYouMean } from '../rules/condition/did-you-mean.ts'
import { readSomeSettings } from '../settings.ts'
import { readKeepDays } from '../upkeep/people/keep-days.ts'
import { findNamed } from './find/find-named.ts'
import { guideNames } from './find/guide-names.ts'
import { readBook } from './find/read-book.ts'
import { cliFault } from './frame/cli-fault.ts'
import { type Desk, defineCommand, type Program } from './frame/command.ts'
import { numbered, optional, text } from './frame/slot.ts'
import { approveCommand } from './sends/approve-command.ts'
import { calendarCommand } from './sends/calendar-command.ts'
import { clicksCommand } from './sends/clicks-command.ts'
import { effectCommand } from './sends/effect-command.ts'
import { previewCommand } from './sends/preview-command.ts'
import { tryCommand } from './sends/try-command.ts'
import {
  cancelText,
  groupsSheet,
  listText,
  type NamedGroup,
  planSheet,
  plansSheet,
  planText,
  runsSheet,
  showSheet,
  showText,
} from './sends-text.ts'

const groupsSince = ({ env, clock }: Pick<Desk, 'env' | 'clock'>): number =>
  clock.now() - readKeepDays(env).rows * DAY_MS

const list = defineCommand({
  name: 'list',
  audited: 'no',
  scope: 'open',
  says: '定时群发下次什么时候发、最近几次的结果、等谁确认',
  lists: true,
  run: async (_values, desk) =>
    (await desk.db()).tx(async (tx) => {
      const names = await guideNames(tx)
      const next = [...(await sendQueries.nextTimes(tx))].map(([name, atMs]) => ({ name, atMs }))
      const runs = await sendQueries.runs(tx)
      const unfinished = await sendQueries.unfinishedByGuide(tx)
      return {
        text: listText({ next, runs, unfinished, names, groupsSinceMs: groupsSince(desk) }),
        data: { next, runs, unfinished },
        sheet: runsSheet(runs),
      }
    }),
})

const show = defineCommand({
  name: 'show',
  audited: 'look',
  scope: 'customers',
  says: '一次群发的明细：每位导购或群主、每个群、没有发到的原因',
  lists: true,
  words: { run: numbered('编号', '先用 list 查') },
  run: async ({ run: runId }, desk) =>
    (await desk.db()).tx(async (tx) => {
      const run = await sendQueries.run(tx, runId)
      if (run === undefined) throw cliFault('no', `没有编号 ${runId} 的群发，先用 list 查。`)
      const names = await guideNames(tx)
      const batches = await sendQueries.batches(tx, runId)
      const reasons = await sendQueries.reasons(tx, run)
      const brought = run.learned === undefined ? undefined : await broughtBy(tx, [runId])
      const groups = run.chatType === 'group' ? await namedGroups(tx, runId) : []
      const clicks = await linkFiguresOf(tx, throughsOf(run))
      const versions = await broughtByVariant(tx, [run])
      const chosen = await sendQueries.chosenSenders(tx, runId)
      return {
        text: showText({
          run,
          batches,
          reasons,
          groups,
          names,
          chosen,
          brought,
          clicks,
          versions,
          nowMs: desk.clock.now(),
          groupsSinceMs: groupsSince(desk),
        }),
        data: {
          run,
          batches,
          chosen,
          reasons,
          brought,
          clicks,
          versions,
          ...(run.chatType === 'group' ? { groups } : {}),
        },
        sheet: run.chatType === 'group' ? groupsSheet(groups, names) : showSheet(batches, names),
      }
    }),
})

/** What became of each group, with the names that they have now. */
async function namedGroups(tx: Tx, runId: number): Promise<NamedGroup[]> {
  const names = await groupNames(tx)
  const found = await sendQueries.groups(tx, runId)
  return found.map((one) => ({ ...one, name: names.get(one.chatId) ?? one.chatId }))
}

/** The names of those whom a plan gives as examples. */
const whomOf = async (tx: Tx, { chatType, excluded }: DryRun): Promise<ReadonlyMap<string, string>> => {
  if (chatType === 'group') return groupNames(tx)
  const examples = excluded.flatMap(({ examples: ids }) => ids.slice(0, 3))
  return customerQueries.namesOf(tx, [...new Set(examples)])
}

const groupNames = async (tx: Tx): Promise<Map<string, string>> =>
  new Map((await groupQueries.all(tx)).map(({ chatId, name }) => [chatId, name === '' ? chatId : name]))

const cancel = defineCommand({
  name: 'cancel',
  audited: 'change',
  scope: 'operate',
  says: '停下一次进行中的群发：没有建的不建，导购还没有确认的在企业微信里撤回',
  words: { which: text('编号或名称', '进行中的群发的名称，或者 list 里的编号') },
  run: async ({ which }, desk) =>
    (await desk.db()).tx(async (tx) => {
      const isNumber = /^#?\d{1,15}$/.test(which)
      const runs = isNumber ? [] : await sendQueries.runs(tx, { limit: 100 })
      const open = runs.filter(
        ({ state }) => state === 'planning' || state === 'awaiting' || state === 'running' || state === 'later',
      )
      const run = isNumber
        ? await sendQueries.run(tx, Number(which.replace('#', '')))
        : (open.find(({ name, state }) => name === which && state !== 'later') ??
          open.find(({ name }) => name === which))
      if (run === undefined) {
        if (isNumber) throw cliFault('no', `没有编号 ${which} 的群发，先用 list 查。`)
        const meant = didYouMean(
          which,
          open.map(({ name }) => name),
        )
        const hint = meant === undefined ? '先用 list 查。' : `是不是「${meant}」？`
        throw cliFault('no', `没有进行中的群发叫「${which}」，${hint}`)
      }
      const done = await cancelRun(tx, run.id, { nowMs: desk.clock.now(), why: '已由人取消' })
      if (done === undefined) {
        throw cliFault('no', `#${run.id}「${run.name}」${RUN_STATE_ZH[run.state]}，没有可以取消的。`)
      }
      await dropQuestion(tx, createAlerts({ clock: desk.clock }), run.id)
      const changed = [{ of: `#${run.id} ${run.name}`, before: { state: run.state }, after: { state: 'cancelled' } }]
      return { text: cancelText(done), data: done, changed }
    }),
})

const plan = defineCommand({
  name: 'plan',
  audited: 'look',
  scope: 'customers',
  says: '预演：现在发会发给谁、谁会被排除、为什么；什么都不写，什么都不发',
  lists: true,
  words: { name: optional(text('名称', 'config/sends/ 里写的群发名称；不写：所有启用的群发，客户只过一遍')) },
  run: async ({ name }, desk) => {
    const { sends, policy } = await readBook(desk)
    const asked =
      name === undefined
        ? [...sends.values()].filter(({ value }) => value.enabled !== false)
        : [findNamed(sends, name, { kind: '群发', where: 'config/sends/' })]
    const { MASS_SEND_PER_CUSTOMER: perCustomerPerMonth, MASS_SEND_PER_GROUP: perMonth } = readSomeSettings(desk.env, [
      'MASS_SEND_PER_CUSTOMER',
      'MASS_SEND_PER_GROUP',
    ])
    const audience = {
      facts,
      ownersOf: customerQueries.ownersOf,
      likelySenders: (tx: Tx, among: Among) => likelySenders(tx, { customers: customerQueries, touches }, among),
      currentIdOf: staffQueries.currentIdOf,
      perCustomerPerMonth,
      consents: storedConsents(desk.clock),
      ceiling: () => policy.contactsPerCustomer,
      touches,
      getsNone: (id: string) => getsNoMarketing(policy, id),
      sends: () => sends.values(),
      groups: {
        page: groupQueries.page,
        steps: groupSteps,
        leftAmong: staffQueries.leftAmong,
        ceiling: () => policy.contactsPerGroup,
        touches: touches.groups,
        perMonth,
      },
    }
    const db = await desk.db()
    const planned = [...(await dryRuns(db, audience, asked, desk.clock.now()))]
    return db.tx(async (tx) => {
      const guides = await guideNames(tx)
      const texts: string[] = []
      for (const [send, run] of planned) texts.push(planText(send.name, run, { guides, whom: await whomOf(tx, run) }))
      const [first] = planned
      const data = planned.map(([send, run]) => ({ send: send.name, ...run }))
      return {
        text: texts.join('\n\n'),
        data: name === undefined ? data : data[0],
        sheet: first === undefined || name === undefined ? plansSheet(planned, guides) : planSheet(first[1], guides),
      }
    })
  },
})

export const sendsProgram: Program = {
  name: 'sends',
  says: '定时群发。',
  commands: [
    list,
    show,
    approveCommand,
    cancel,
    plan,
    previewCommand,
    tryCommand,
    calendarCommand,
    effectCommand,
    clicksCommand,
  ],
}
