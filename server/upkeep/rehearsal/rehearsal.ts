import { type CapabilitiesDeps, createCapabilities } from '../../capabilities/create-capabilities.ts'
import { carryOutRenames } from '../../capabilities/rule-names.ts'
import type { Db } from '../../core/db/db.ts'
import { list, set, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { createLogger } from '../../core/kernel/logger.ts'
import type { Lane } from '../../engine/actions/action-kind.ts'
import { ACTION } from '../../engine/actions/action-tables.ts'
import { createOutbox } from '../../engine/actions/outbox.ts'
import { createRunner } from '../../engine/actions/runner.ts'
import { createDispatcher } from '../../engine/inbox/dispatcher.ts'
import { createEmit } from '../../engine/inbox/emit.ts'
import type { EventLane } from '../../engine/inbox/event-kind.ts'
import { whatIsDue } from '../../engine/what-is-due.ts'
import { approveRun, awaitingRuns } from '../../operations/mass-send/approve-run.ts'
import { likelySenders } from '../../operations/mass-send/likely-senders.ts'
import { createAlerts } from '../../records/alerts/alerts.ts'
import { customerQueries } from '../../records/customers/customer-queries.ts'
import { touches } from '../../records/touches/touches.ts'
import type { RuleBook, Send } from '../../rules/book/rule-book.ts'
import { renameInVersions } from '../../rules/versions/rename-in-versions.ts'
import { rememberVersions } from '../../rules/versions/rule-version-store.ts'
import { AGREEING_DESK, createAgreeingPlatform } from './agreeing-platform.ts'
import { createDueJobs } from './due-jobs.ts'

export interface RehearsalOptions {
  /** Holds what is known at `nowMs`; written to. */
  scratch: Db
  nowMs: number
  book: RuleBook
  assetsDir: string
  perCustomerPerMonth: number | undefined
  perGroupPerMonth?: number | undefined
  onVerdicts?: CapabilitiesDeps['onVerdicts']
}

/** The real capabilities over a copy: every rule decides as it would, and nothing can come of it, since there is neither a
 *  way to the platform nor to the real database. Time is moved by hand, from one due instant to the next. */
export async function openRehearsal({ scratch: db, nowMs, book, ...options }: RehearsalOptions) {
  const clock = createSettableClock(nowMs)
  const log = createLogger({ level: 'silent' })
  /** Lanes into which something was put that is due at once. */
  const told = { events: new Set<EventLane>(), actions: new Set<Lane>() }
  const approved = withApprovals(book)
  await db.tx(async (tx) => {
    for (const id of await awaitingRuns(tx)) await approveRun(tx, id, { by: 'rehearsal', nowMs })
  })
  const expectedSenders = async (ids: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const found = await db.tx((tx) => likelySenders(tx, { customers: customerQueries, touches }, ids))
    return new Map([...found].map(([id, { userId }]) => [id, userId]))
  }
  const capable = createCapabilities({
    ...options,
    db,
    clock,
    log,
    outbox: createOutbox({ clock, nudge: (lane) => void told.actions.add(lane) }),
    emit: createEmit({ clock, nudge: (lane) => void told.events.add(lane) }),
    wecom: createAgreeingPlatform(clock, expectedSenders),
    rules: { current: () => approved, onChange: () => undefined },
    alerts: createAlerts({ clock }),
    callWebhook: () => Promise.resolve(true),
    grantDesk: AGREEING_DESK,
    phoneHash: () => undefined,
    phoneSecrets: [],
    ordersSecret: '',
  })
  const subscriptions = capable.list.flatMap((one) => one.subscriptions ?? [])
  const executors = capable.list.flatMap((one) => one.executors ?? [])
  const dispatcher = createDispatcher({ db, clock, log, subscriptions })
  const outcomes = { handOn: dispatcher.handOn, gatherMs: 0 }
  const runner = createRunner({ db, clock, log, executors, instance: 'rehearsal', ...outcomes })
  const jobs = createDueJobs(
    { db, clock },
    capable.list.flatMap((one) => one.jobs ?? []),
  )

  /** When there is next something to hand on or to carry out. */
  const nextDue = (): Promise<number> =>
    db.statement(async (tx) => {
      const [eventMs = Number.POSITIVE_INFINITY, actionMs = Number.POSITIVE_INFINITY] = [
        await dispatcher.dueAt(tx),
        await runner.dueAt(tx),
      ]
      return Math.min(eventMs, actionMs)
    })

  /** Until nothing is due at this instant. */
  async function settle(): Promise<void> {
    do {
      // A look into a queue costs more than what it finds: only where something is. What time has made due is asked for
      // once; of what comes of it we are told.
      const due = await db.statement((tx) => whatIsDue(tx, clock.now()))
      for (const lane of due.events) told.events.add(lane)
      for (const lane of due.actions) told.actions.add(lane)
      while (told.events.size > 0 || told.actions.size > 0) {
        const [events, actions] = [[...told.events], [...told.actions]]
        told.events.clear()
        told.actions.clear()
        for (const lane of events) await dispatcher.drained(lane)
        for (const lane of actions) await runner.drained(lane)
      }
    } while (await jobs.runDue())
  }

  await db.tx(async (tx) => {
    await renameInVersions(tx, book.renames)
    await carryOutRenames(tx, book.renames)
    await rememberVersions(tx, book, nowMs)
    // Whatever was under way when the copy was made is done once more.
    const claimed = sql`${ACTION.state} = 'running'`
    await tx.run(sql`UPDATE ${ACTION} SET ${set(ACTION, { state: 'waiting', lease_until: null })} WHERE ${claimed}`)
    await dropForeign(
      tx,
      executors.map(({ kind }) => kind.kind),
    )
    // Tags that only this book names come into being at once.
    await capable.tags.recordListing(tx, { groups: [], isComplete: true, readAtMs: 0 })
  })
  await jobs.runAll()
  await settle()

  return {
    db,
    clock,
    capable,
    settle,
    /** Goes through everything that becomes due until then, each at its own instant. */
    runUntil: async (untilMs: number): Promise<void> => {
      for (;;) {
        const next = Math.min(await nextDue(), await jobs.nextAt())
        if (next > untilMs) break
        clock.set(Math.max(next, clock.now()))
        await settle()
      }
      clock.set(untilMs)
    },
    close: () => db.close(),
  }
}

/** What parts outside a rehearsal would do: forwarding events, reading the platform. */
async function dropForeign(tx: Tx, kinds: string[]): Promise<void> {
  await tx.run(sql`DELETE FROM ${ACTION} WHERE ${ACTION.kind} NOT IN ${list(kinds)}`)
}

/** Nobody can be asked: whoever must say yes to a send says it. */
function withApprovals(book: RuleBook): RuleBook {
  const sends = [...book.sends].map(([name, send]): [string, Send] => {
    const { approval: _asked, ...value } = send.value
    return [name, { ...send, value }]
  })
  return { ...book, sends: new Map(sends) }
}
