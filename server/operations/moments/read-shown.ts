import type { Db } from '../../core/db/db.ts'
import { all, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { DAY_MS, HOUR_MS, MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { pagesOf } from '../../platform/wecom/wire/pages.ts'
import { WecomRateLimited, WecomUnreachable } from '../../platform/wecom/wire/wecom-error.ts'
import type { Customers } from '../../records/customers/customers.ts'
import { type Erasures, idAlone } from '../../records/privacy/erasures.ts'
import type { Note, Timeline } from '../../records/timeline/timeline.ts'
import { touches } from '../../records/touches/touches.ts'
import { needRun, reasonOf } from './moment-run.ts'
import { MOMENT_SENDER, type MomentSenderRow } from './moment-tables.ts'

export interface ReadShownDeps {
  db: Db
  clock: Clock
  log: Logger
  wecom: Pick<Wecom, 'moments'>
  timeline: Pick<Timeline, 'noteAll'>
  customers: { queries: Pick<Customers['queries'], 'profilesOf'> }
  privacy: { erasures: Pick<Erasures, 'erasedAtMs'> }
  guideName(tx: Tx, userId: string): Promise<string | undefined>
}

/** How long after one look at a guide's publication the next one comes; after the last there is none. */
const AGAIN_MS = [HOUR_MS, 5 * HOUR_MS, 18 * HOUR_MS, 2 * DAY_MS, 4 * DAY_MS]
/** A look that fails comes again until then: a day longer than the last one takes, which may fail too. */
const GIVE_UP_MS = 8 * DAY_MS
const SENDERS = 100
/** Customers per answer, and per transaction. */
const PAGE = 1_000

/** Reads to whom each published moment was shown, and who liked it or said something: into the ledger of touches and onto the
 *  customers' timelines, each once. One call after the other; may be cut off anywhere. Source: docs 93333. */
export async function readShown(deps: ReadShownDeps): Promise<void> {
  const { db, clock, log } = deps
  const due = await db.tx((tx) =>
    tx.rows(
      sql`SELECT ${all(MOMENT_SENDER)} FROM ${MOMENT_SENDER} WHERE ${MOMENT_SENDER.poll_at} <= ${clock.now()}
          ORDER BY ${MOMENT_SENDER.poll_at}, ${MOMENT_SENDER.id} LIMIT ${SENDERS}`,
    ),
  )
  for (const sender of due) {
    try {
      await readOne(deps, sender)
    } catch (error) {
      log.warn({ senderId: sender.id, err: describeError(error) }, 'who saw a moment not read; asked again later')
      // The next look alone moves: `polls` says which of the looks it is.
      const now = clock.now()
      const isTooOld = now - (sender.published_at ?? now) >= GIVE_UP_MS
      await db.tx((tx) => change(tx, sender.id, { poll_at: isTooOld ? null : now + 10 * MINUTE_MS }))
      if (error instanceof WecomUnreachable || error instanceof WecomRateLimited) return
    }
  }
}

const change = (tx: Tx, id: number, changes: Partial<MomentSenderRow>): Promise<number> =>
  tx.run(sql`UPDATE ${MOMENT_SENDER} SET ${set(MOMENT_SENDER, changes)} WHERE ${MOMENT_SENDER.id} = ${id}`)

/** Those of these that may be written of: WeCom goes on telling of customers whom we do not know (any more), and of what was
 *  before somebody was erased who has come back. */
async function stillOurs<One extends { externalUserId: string; atMs: number }>(
  tx: Tx,
  { customers, privacy }: ReadShownDeps,
  found: readonly One[],
): Promise<One[]> {
  const known = await customers.queries.profilesOf(
    tx,
    found.map(({ externalUserId }) => externalUserId),
  )
  const ours: One[] = []
  for (const one of found) {
    if (!known.has(one.externalUserId)) continue
    const erasedAtMs = await privacy.erasures.erasedAtMs(tx, idAlone(one.externalUserId))
    if (erasedAtMs === undefined || one.atMs > erasedAtMs) ours.push(one)
  }
  return ours
}

async function readOne(deps: ReadShownDeps, sender: MomentSenderRow): Promise<void> {
  const { db, clock, wecom, timeline } = deps
  const { run, name } = await db.tx(async (tx) => ({
    run: await needRun(tx, sender.run_id),
    name: (await deps.guideName(tx, sender.userid)) ?? sender.userid,
  }))
  const of = { moment_id: run.moment_id ?? '', userid: sender.userid }
  const atMs = sender.published_at ?? clock.now()
  const title = `朋友圈「${run.moment_name}」`
  let shown = 0
  for await (const page of pagesOf((more) => wecom.moments.sendResult({ ...of, limit: PAGE, ...more }))) {
    const ids = (page.customer_list ?? []).map((one) => one.external_userid)
    shown += ids.length
    const text = `${title}展示给了客户（导购${name}发表）`
    const reason = reasonOf(run, text)
    await db.tx(async (tx) => {
      const ours = await stillOurs(
        tx,
        deps,
        ids.map((externalUserId) => ({ externalUserId, atMs })),
      )
      await touches.add(
        tx,
        ours.map(({ externalUserId }) => ({
          // Friends of two guides see it once: it is one moment.
          key: `moment:${run.id}:${externalUserId}`,
          externalUserId,
          userId: sender.userid,
          kind: 'moment',
          about: run.moment_name,
          atMs,
        })),
      )
      await timeline.noteAll(
        tx,
        ours.map(({ externalUserId }) => ({
          key: `moment:${run.id}:${externalUserId}`,
          externalUserId,
          userId: sender.userid,
          atMs,
          kind: 'moment.shown',
          text,
          reason,
        })),
      )
    })
  }
  const { like_list: likes = [], comment_list: comments = [] } = await wecom.moments.comments(of)
  const said = (kind: 'liked' | 'commented', replies: typeof likes): (Note & { atMs: number })[] =>
    replies.flatMap(({ external_userid: externalUserId, create_time: sec }) =>
      externalUserId === undefined || externalUserId === ''
        ? []
        : {
            key: `moment.${kind}:${run.id}:${sender.id}:${externalUserId}:${sec}`,
            externalUserId,
            userId: sender.userid,
            atMs: sec * 1_000,
            kind: `moment.${kind}`,
            text: kind === 'liked' ? `客户赞了${title}` : `客户评论了${title}`,
          },
    )
  const liked = said('liked', likes)
  const commented = said('commented', comments)
  const nextMs = AGAIN_MS[sender.polls]
  await db.tx(async (tx) => {
    await timeline.noteAll(tx, await stillOurs(tx, deps, [...liked, ...commented]))
    const poll_at = nextMs === undefined ? null : clock.now() + nextMs
    const figures = { shown, likes: liked.length, comments: commented.length }
    await change(tx, sender.id, { ...figures, polls: sender.polls + 1, poll_at })
  })
}
