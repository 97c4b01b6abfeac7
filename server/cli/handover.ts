import { pathToFileURL } from 'node:url'
import type { Db } from '../core/db/db.ts'
import { AppError } from '../core/kernel/app-error.ts'
import { type Clock, systemClock } from '../core/kernel/clock.ts'
import { createOutbox } from '../engine/actions/outbox.ts'
import { handoverQueries } from '../operations/handover/handover-queries.ts'
import { planHandover } from '../operations/handover/plan-handover.ts'
import { type AskedOnCommandLine, readRequest } from '../operations/handover/read-request.ts'
import { startHandover } from '../operations/handover/start-handover.ts'
import { customerQueries } from '../records/customers/customer-queries.ts'
import { staffQueries } from '../records/staff/staff-queries.ts'
import { type Names, planText, statusText, summaryText, unassignedText } from './handover-text.ts'
import { type Outcome, runOnDatabase } from './outcome.ts'

const USAGE = `用法：npm run -s handover -- <命令> …

  plan  --from 账号 --to 账号[,账号…]   预演：谁能转、谁不能转、为什么、要多久；什么都不写，什么都不发
  start --from 账号 --to 账号[,账号…]   发起；同一位客户转接途中不会再发起第二次
  status [编号]                        进度、结果和没有转成的原因
  unassigned                           离职成员还没有分配的客户，以及分给谁的建议

plan 和 start 的选项：
  --to a,b              平均分给几位导购
  --give tag:组/名=a     有这个标签的给 a；也可以写 --give channel:渠道=b；可写多次，先写的优先，其余按 --to 平分
  --tag 组/名            只转有这个标签的客户，可写多次
  --channel 渠道         只转从这个渠道来的客户，可写多次
  --what customers|groups|all   转客户、群还是都转；默认都转，写了客户条件时只转客户
  --limit 数量           最多转多少位客户，先小批试一试
  --most 数量            每位接手导购最多有多少客户，默认 5000
  --message 文案         转接成功后发给客户的话（在职成员，最多 200 字）

退出码：0 正常，1 没有可转的、没有找到或读不到，2 用法不对`

export interface HandoverCommandDeps {
  db: Db
  clock: Clock
}

const PROPOSED = 3

const good = (out: string): Outcome => ({ code: 0, out, err: '' })
const notFound = (err: string): Outcome => ({ code: 1, out: '', err })
const wrongUse = (message: string): Outcome => ({ code: 2, out: '', err: `${message}\n\n${USAGE}` })

/** `words`: the command line after the program's name. `start` writes rows; the running server carries them out. */
export async function runHandover(words: readonly string[], deps: HandoverCommandDeps): Promise<Outcome> {
  const [command, ...more] = words
  if (command === undefined) return wrongUse('没有写命令。')
  if (command === 'help' || command === '--help' || command === '-h') return good(USAGE)
  if (command === 'unassigned') return more.length === 0 ? unassigned(deps) : wrongUse('unassigned 后面不用写别的。')
  if (command === 'status') {
    const [number, ...rest] = more
    if (rest.length > 0 || !/^#?\d*$/.test(number ?? '')) return wrongUse('status 后面只写一个编号，或什么都不写。')
    return status(deps, number === undefined ? undefined : Number(number.replace('#', '')))
  }
  if (command !== 'plan' && command !== 'start') return wrongUse(`没有「${command}」这个命令。`)
  try {
    const asked = readRequest(more)
    return command === 'plan' ? await plan(deps, asked) : await start(deps, asked)
  } catch (error) {
    if (error instanceof AppError && error.code === 'handover.wrong-use') return wrongUse(error.zh ?? '')
    throw error
  }
}

async function namesOf(db: Db): Promise<Names> {
  const staff = await db.tx((tx) => staffQueries.all(tx))
  return new Map(staff.flatMap((member) => (member.name === undefined ? [] : [[member.userId, member.name]])))
}

async function plan({ db, clock }: HandoverCommandDeps, { request }: AskedOnCommandLine): Promise<Outcome> {
  const now = clock.now()
  const planned = await db.tx((tx) => planHandover(tx, request, now))
  if ('fault' in planned) return notFound(planned.fault)
  const text = planText(request.fromUserId, planned.plan, await namesOf(db), now)
  const isEmpty = planned.plan.customers.moves.length + planned.plan.groups.moves.length === 0
  return { code: isEmpty ? 1 : 0, out: `${text}\n（只是预演，什么都没有写，什么都没有发）`, err: '' }
}

async function start({ db, clock }: HandoverCommandDeps, { request, message }: AskedOnCommandLine): Promise<Outcome> {
  const outbox = createOutbox({ clock, nudge: () => undefined })
  const started = await db.tx((tx) => startHandover(tx, { clock, outbox }, request, message))
  if ('fault' in started) return notFound(started.fault)
  const names = await namesOf(db)
  if ('nothing' in started) {
    return {
      code: 1,
      out: `${planText(request.fromUserId, started.nothing, names, clock.now())}\n没有可以发起的。`,
      err: '',
    }
  }
  const text = planText(request.fromUserId, started.plan, names, clock.now())
  const next = `已写下，编号 #${started.handoverId}；运行中的服务会马上发起。查看进度：npm run -s handover -- status ${started.handoverId}`
  return good(`${text}\n${next}`)
}

async function status({ db }: HandoverCommandDeps, id: number | undefined): Promise<Outcome> {
  const names = await namesOf(db)
  return db.tx(async (tx) => {
    const runs = await handoverQueries.summaries(tx, id)
    if (id === undefined) {
      return good(runs.length === 0 ? '还没有发起过转接。' : runs.map((run) => summaryText(run, names)).join('\n'))
    }
    const [run] = runs
    if (run === undefined) return notFound(`没有编号 ${id} 的转接，先用 status 查。`)
    const details = {
      perTaker: await handoverQueries.perTaker(tx, id),
      failures: await handoverQueries.failures(tx, id),
      doneByMs: await handoverQueries.doneBy(tx, id),
    }
    return good(statusText(run, details, names))
  })
}

async function unassigned({ db }: HandoverCommandDeps): Promise<Outcome> {
  const names = await namesOf(db)
  return db.tx(async (tx) => {
    const left = await handoverQueries.unassigned(tx)
    const guides = (await staffQueries.all(tx)).filter((member) => member.isGuide && member.state === 'active')
    const ids = guides.map((guide) => guide.userId)
    const counts = await customerQueries.countsOf(tx, ids)
    const proposal = [...ids].sort((a, b) => (counts.get(a) ?? 0) - (counts.get(b) ?? 0) || (a < b ? -1 : 1))
    return good(unassignedText(left, proposal.slice(0, PROPOSED), names))
  })
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runOnDatabase((words, db) => runHandover(words, { db, clock: systemClock }))
}
