import { pathToFileURL } from 'node:url'
import { facts } from '../capabilities/facts.ts'
import { VOCABULARY } from '../capabilities/vocabulary.ts'
import type { Db } from '../core/db/db.ts'
import { type Clock, systemClock } from '../core/kernel/clock.ts'
import { cancelRun } from '../operations/mass-send/cancel-run.ts'
import { dryRun } from '../operations/mass-send/dry-run.ts'
import { sendQueries } from '../operations/mass-send/send-queries.ts'
import { RUN_STATE_ZH } from '../operations/mass-send/send-states.ts'
import { customerQueries } from '../records/customers/customer-queries.ts'
import { staffQueries } from '../records/staff/staff-queries.ts'
import { loadRules } from '../rules/load-rules.ts'
import { readSomeSettings } from '../settings.ts'
import { type Outcome, runOnDatabase } from './outcome.ts'
import { cancelText, listText, type Names, planText, showText } from './sends-text.ts'

const USAGE = `用法：npm run -s sends -- <命令>

  list          定时群发下次什么时候发、最近几次的结果、等谁确认
  show <编号>   一次群发的明细：每位导购、没有发到的原因
  cancel <编号或名称>  停下一次进行中的群发：没有建的不建，导购还没有确认的在企业微信里撤回
  plan <名称>   预演：现在发会发给谁、谁会被排除、为什么；什么都不写，什么都不发

退出码：0 正常，1 没有找到或读不到，2 用法不对`

export interface SendsDeps {
  db: Db
  clock: Clock
  /** The config folder. */
  folder: string
  perCustomerPerMonth: number | undefined
}

const good = (out: string): Outcome => ({ code: 0, out, err: '' })
const notFound = (err: string): Outcome => ({ code: 1, out: '', err })
const wrongUse = (message: string): Outcome => ({ code: 2, out: '', err: `${message}\n\n${USAGE}` })

/** `words`: the command line after the program's name. Only `cancel` writes. */
export async function runSends(words: readonly string[], deps: SendsDeps): Promise<Outcome> {
  const [command, name, ...more] = words
  if (command === undefined) return wrongUse('没有写命令。')
  if (command === 'help' || command === '--help' || command === '-h') return good(USAGE)
  if (more.length > 0) return wrongUse(`多了 ${more[0]}。名称里有空格时用引号括起来。`)
  if (command === 'list') return name === undefined ? list(deps) : wrongUse(`list 后面不用写 ${name}。`)
  if (command === 'show')
    return /^#?\d+$/.test(name ?? '')
      ? show(deps, Number(name?.replace('#', '')))
      : wrongUse('show 后面要写编号，先用 list 查。')
  if (command === 'plan') return name === undefined ? wrongUse('plan 后面要写群发的名称。') : plan(deps, name)
  if (command === 'cancel')
    return name === undefined ? wrongUse('cancel 后面要写编号或名称，先用 list 查。') : cancel(deps, name)
  return wrongUse(`没有「${command}」这个命令。`)
}

async function namesOf(db: Db): Promise<Names> {
  const staff = await db.tx((tx) => staffQueries.all(tx))
  return new Map(staff.flatMap((member) => (member.name === undefined ? [] : [[member.userId, member.name]])))
}

async function list({ db }: SendsDeps): Promise<Outcome> {
  const names = await namesOf(db)
  return db.tx(async (tx) => {
    const next = [...(await sendQueries.nextTimes(tx))].map(([name, atMs]) => ({ name, atMs }))
    const runs = await sendQueries.runs(tx)
    const unfinished = await sendQueries.unfinishedByGuide(tx)
    return good(listText({ next, runs, unfinished, names }))
  })
}

async function show({ db }: SendsDeps, runId: number): Promise<Outcome> {
  const names = await namesOf(db)
  return db.tx(async (tx) => {
    const run = await sendQueries.run(tx, runId)
    if (run === undefined) return notFound(`没有编号 ${runId} 的群发，先用 list 查。`)
    const batches = await sendQueries.batches(tx, runId)
    const reasons = await sendQueries.reasons(tx, runId)
    return good(showText({ run, batches, reasons, names }))
  })
}

async function cancel({ db, clock }: SendsDeps, which: string): Promise<Outcome> {
  return db.tx(async (tx) => {
    const isNumber = /^#?\d+$/.test(which)
    const runs = isNumber ? [] : await sendQueries.runs(tx, { limit: 100 })
    const named = runs.find(({ name, state }) => name === which && (state === 'planning' || state === 'running'))
    const run = isNumber ? await sendQueries.run(tx, Number(which.replace('#', ''))) : named
    if (run === undefined) {
      return notFound(
        isNumber ? `没有编号 ${which} 的群发，先用 list 查。` : `没有进行中的群发叫「${which}」，先用 list 查。`,
      )
    }
    const done = await cancelRun(tx, run.id, { nowMs: clock.now(), why: '已由人取消' })
    if (done === undefined) return notFound(`#${run.id}「${run.name}」${RUN_STATE_ZH[run.state]}，没有可以取消的。`)
    return good(cancelText(done))
  })
}

async function plan({ db, clock, folder, perCustomerPerMonth }: SendsDeps, name: string): Promise<Outcome> {
  const { book, faults } = await loadRules(folder, VOCABULARY)
  if (book === undefined) return notFound(`规则有 ${faults.length} 处错误，先运行 npm run -s sop -- check ${folder}`)
  const send = book.sends.get(name)
  if (send === undefined) {
    const known = [...book.sends.keys()].map((one) => `「${one}」`).join('、')
    return notFound(`没有叫「${name}」的群发。${known === '' ? '' : `有：${known}`}`)
  }
  const { ownersOf } = customerQueries
  const audience = { facts, ownersOf, currentIdOf: staffQueries.currentIdOf, perCustomerPerMonth }
  return good(planText(name, await dryRun(db, audience, send, clock.now()), await namesOf(db)))
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runOnDatabase((words, db) => {
    const settings = readSomeSettings(process.env, ['HUOSHUI_CONFIG', 'MASS_SEND_PER_CUSTOMER'])
    const { HUOSHUI_CONFIG: folder, MASS_SEND_PER_CUSTOMER: perCustomerPerMonth } = settings
    return runSends(words, { db, clock: systemClock, folder, perCustomerPerMonth })
  })
}
