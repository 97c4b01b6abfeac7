import type { Db } from '../../core/db/db.ts'
import { all, list, pick, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError, mayHaveHappened } from '../../core/kernel/app-error.ts'
import { backoffMs } from '../../core/kernel/backoff.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { type Action, type Executor, execute, type Failure } from '../../engine/actions/action-kind.ts'
import { ERRCODE } from '../../platform/wecom/error-codes/errcode.ts'
import { refusedText } from '../../platform/wecom/error-codes/refused-text.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { pagesOf } from '../../platform/wecom/wire/pages.ts'
import { isRefusedWith } from '../../platform/wecom/wire/wecom-error.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'
import type { Links } from '../../records/links/links.ts'
import type { Media } from '../../records/media/media.ts'
import type { Staff } from '../../records/staff/staff.ts'
import type { Tags } from '../../records/tags/tags.ts'
import { later } from '../mass-send/later.ts'
import { fillLinksForMany } from '../welcome/fill-names.ts'
import { CreateMoment } from './moment-actions.ts'
import { changeRun, needRun, snapshotOf, textOf } from './moment-run.ts'
import { MOMENT_RUN, type MomentRunRow } from './moment-tables.ts'
import { adopt } from './poll-moment.ts'
import { tellUnclear } from './tell-unclear.ts'

export interface CreateMomentDeps {
  db: Db
  clock: Clock
  wecom: Pick<Wecom, 'moments'>
  outbox: Parameters<typeof adopt>[1]['outbox']
  alerts: Pick<Alerts, 'raise'>
  media: Pick<Media, 'forMoment'>
  links: Pick<Links, 'urlForMany'>
  tags: { queries: Pick<Tags['queries'], 'byPath'> }
  staff: { queries: Pick<Staff['queries'], 'currentIdOf' | 'leftAmong'> }
}

type Made = { kind: 'making'; jobid: string } | { kind: 'found'; momentId: string } | { kind: 'not-made' | 'unclear' }

/** WeCom's clock and ours may differ by this much. */
const SKEW_MS = 2 * MINUTE_MS
/** WeCom makes it in a job of its own, which may be late: only so long after an attempt of unknown end, not being in the list
 *  means not having been made. */
const SURELY_LISTED_MS = 30 * MINUTE_MS
const READY_RETRY_MS = [1, 2, 5, 10, 30].map((minutes) => minutes * MINUTE_MS)

/** Carries out `moment.create`. WeCom knows no idempotency key and a second one would be published twice, so an attempt is
 *  marked before the call and, while its end is not known, looked for before any other. Source: docs 95094, 93333. */
export function createMomentExecutor(deps: CreateMomentDeps): Executor {
  const { db, clock, wecom } = deps

  async function perform({ payload, attempts }: Action<{ runId: number }>): Promise<Made> {
    const run = await db.tx((tx) => needRun(tx, payload.runId))
    if (run.jobid !== null) return { kind: 'making', jobid: run.jobid }
    if (run.started_at !== null) {
      const known = await lookFirst(run, run.started_at)
      if (known !== undefined) return known
    }
    if (run.state !== 'planned') return { kind: 'not-made' }
    const filled = withLinks(run, deps.links)
    const body = await draftOrTell(filled, attempts)
    if (!(await begin(filled))) return { kind: 'not-made' }
    try {
      const { jobid } = await wecom.moments.create(body)
      return { kind: 'making', jobid }
    } catch (error) {
      if (!isRefusedWith(error, ERRCODE.busy) && !mayHaveHappened(error)) {
        await db.tx((tx) => changeRun(tx, run.id, { started_at: null }))
      }
      throw error
    }
  }

  /** What is wrong with it stays readable while it is tried again. */
  async function draftOrTell(run: MomentRunRow, attempts: number) {
    try {
      return await db.tx((tx) => draft(tx, deps, run, attempts))
    } catch (error) {
      const remark = error instanceof AppError ? (error.zh ?? error.message) : undefined
      if (remark !== undefined) await db.tx((tx) => changeRun(tx, run.id, { remark }))
      throw error
    }
  }

  /** The words that go out are kept: by them it is looked for, whichever process does. */
  const begin = ({ id, rule_json }: MomentRunRow): Promise<boolean> =>
    db.tx(async (tx) => {
      const begun = set(MOMENT_RUN, { started_at: clock.now(), rule_json })
      const isOpen = sql`${MOMENT_RUN.id} = ${id} AND ${MOMENT_RUN.state} = 'planned'`
      return (await tx.run(sql`UPDATE ${MOMENT_RUN} SET ${begun} WHERE ${isOpen}`)) > 0
    })

  /** Whether an earlier attempt of unknown end made it; undefined: it did not. `startedAtMs`: the latest attempt. */
  async function lookFirst(run: MomentRunRow, startedAtMs: number): Promise<Made | undefined> {
    const tooEarly = later(
      'moments.not-visible-yet',
      `run ${run.id} was begun not long ago`,
      30 * SECOND_MS,
      '正在核对',
    )
    if (clock.now() - startedAtMs < SKEW_MS) throw tooEarly
    const found: string[] = []
    // No attempt came before this, and each of them may be the one that made it.
    const firstAtMs = Math.max(run.planned_at, run.scheduled_at)
    const asked = {
      start_time: Math.floor((firstAtMs - SKEW_MS) / 1_000),
      end_time: Math.floor(Math.min(clock.now() + SKEW_MS, startedAtMs + DAY_MS) / 1_000),
      filter_type: 0,
      limit: 20,
    }
    for await (const page of pagesOf((more) => wecom.moments.list({ ...asked, ...more }))) {
      const same = (page.moment_list ?? []).filter((one) => (one.text?.content ?? '').trim() === textOf(run))
      found.push(...same.map((one) => one.moment_id))
    }
    const { known, isAnother } = await db.tx((tx) => others(tx, run, found))
    const [momentId, second] = found.filter((one) => !known.has(one))
    if (momentId === undefined) {
      if (clock.now() - startedAtMs < SURELY_LISTED_MS) throw tooEarly
      return undefined
    }
    // Without words any one without words looks the same.
    if (second !== undefined || textOf(run) === '') return { kind: 'unclear' }
    // One of the same words whose name we do not know yet: this may be that one.
    if (isAnother) throw tooEarly
    return { kind: 'found', momentId }
  }

  async function record(tx: Tx, { payload }: Action<{ runId: number }>, made: Made): Promise<void> {
    const now = clock.now()
    if (made.kind === 'found') return adopt(tx, deps, payload.runId, made.momentId, now)
    const run = await needRun(tx, payload.runId)
    if (made.kind === 'making') {
      if (run.moment_id !== null) return
      const isOpen = run.state === 'planned' ? { state: 'making' as const, remark: null } : {}
      await changeRun(tx, run.id, { ...isOpen, jobid: made.jobid, poll_at: now + 2 * SECOND_MS })
    } else if (made.kind === 'unclear' && run.state === 'planned') {
      const remark = '不知道企业微信有没有创建：有看起来同样的朋友圈，请在管理后台看；为免发两遍，不会再创建'
      await changeRun(tx, run.id, { state: 'unclear', remark, finished_at: now })
      await tellUnclear(tx, deps, run, now)
    }
  }

  async function abandoned(tx: Tx, { payload }: Action<{ runId: number }>, failure: Failure): Promise<void> {
    const run = await needRun(tx, payload.runId)
    if (run.state !== 'planned') return
    const remark = whyNot(failure, run.remark)
    const state = run.started_at === null ? 'failed' : 'unclear'
    await changeRun(tx, run.id, { state, remark, finished_at: clock.now() })
    if (state === 'unclear') await tellUnclear(tx, deps, run, clock.now())
  }

  return execute(CreateMoment, { perform, record, abandoned })
}

/** With the addresses of now; safe to repeat. */
function withLinks(run: MomentRunRow, { urlForMany }: CreateMomentDeps['links']): MomentRunRow {
  const { content, ...rest } = snapshotOf(run)
  if (content.text === undefined) return run
  const text = fillLinksForMany(content.text, (name) => urlForMany(name, `moment:${run.id}`))
  return { ...run, rule_json: JSON.stringify({ content: { ...content, text }, ...rest }) }
}

/** Which of these are ours already, and whether one of the same words waits to be named. */
async function others(tx: Tx, run: MomentRunRow, momentIds: string[]) {
  const open = await tx.rows(
    sql`SELECT ${all(MOMENT_RUN)} FROM ${MOMENT_RUN} WHERE ${MOMENT_RUN.id} <> ${run.id}
          AND ${MOMENT_RUN.started_at} IS NOT NULL AND ${MOMENT_RUN.moment_id} IS NULL
          AND ${MOMENT_RUN.state} IN ${list(['planned', 'making', 'cancelled'])}`,
  )
  const rows =
    momentIds.length === 0
      ? []
      : await tx.rows(
          sql`SELECT ${pick(MOMENT_RUN, 'moment_id')} FROM ${MOMENT_RUN} WHERE ${MOMENT_RUN.moment_id} IN ${list(momentIds)}`,
        )
  return {
    known: new Set(rows.flatMap((row) => row.moment_id ?? [])),
    isAnother: open.some((other) => textOf(other) === textOf(run)),
  }
}

/** What WeCom is asked for. Throws `moments.not-ready` (another try may fare better), `moments.nobody`. */
async function draft(tx: Tx, { media, tags, staff }: CreateMomentDeps, run: MomentRunRow, attempts: number) {
  const { content, guides, tags: paths } = snapshotOf(run)
  const [prepared = { ready: [], missing: [] }] = await media.forMoment(tx, [content.attachments ?? []])
  const known = await tags.queries.byPath(tx, paths ?? [])
  const missing = [
    ...prepared.missing,
    ...(paths ?? []).filter((path) => !known.has(path)).map((path) => `标签 ${path}`),
  ]
  if (missing.length > 0) {
    const zh = `还没有准备好：${missing.join('、')}`
    throw later('moments.not-ready', `${missing.length} part(s) not ready`, backoffMs(READY_RETRY_MS, attempts), zh)
  }
  const present: string[] = []
  for (const guide of guides ?? []) present.push(await staff.queries.currentIdOf(tx, guide))
  const left = await staff.queries.leftAmong(tx, present)
  const senders = present.filter((one) => !left.has(one))
  if (guides !== undefined && senders.length === 0) {
    throw new AppError('moments.nobody', 'all named guides have left', {
      zh: '写的导购都已离职，没有人能发表：请改 guides，再换一个时间',
    })
  }
  const text = textOf(run)
  return {
    ...(text === '' ? {} : { text: { content: text } }),
    ...(prepared.ready.length === 0 ? {} : { attachments: prepared.ready }),
    ...(guides === undefined && paths === undefined
      ? {}
      : {
          visible_range: {
            ...(guides === undefined ? {} : { sender_list: { user_list: senders } }),
            ...(paths === undefined
              ? {}
              : { external_contact_list: { tag_list: [...known.values()].map((tag) => tag.tagId) } }),
          },
        }),
  }
}

function whyNot({ state, errcode }: Failure, trouble: string | null): string {
  if (errcode !== undefined) return refusedText('这条朋友圈', errcode)
  return trouble ?? (state === 'expired' ? '未能在时限内创建，已作废' : '企业微信多次没有应答，没有建成')
}
