import { createHash } from 'node:crypto'
import { leftOut } from '../../core/db/define-table.ts'
import { pick, sql } from '../../core/db/sql.ts'
import type { Tx } from '../../core/db/tx.ts'
import { describeError } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Logger } from '../../core/kernel/logger.ts'
import { randomText } from '../../core/kernel/random.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { subscribe } from '../../engine/inbox/subscription.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import type { ChannelRule } from '../../rules/schema/rule-files.ts'
import type { Alerts } from '../alerts/alerts.ts'
import { StaffLeft } from '../staff/staff-events.ts'
import type { staffQueries } from '../staff/staff-queries.ts'
import { CreateLiveCode, type LiveCode, UpdateLiveCode } from './channel-actions.ts'
import { channelQueries, RULE_GONE } from './channel-queries.ts'
import { type StoredChannel, storedChannel, updateChannel } from './channel-store.ts'
import { CHANNEL } from './channel-tables.ts'
import { createLiveCodes, liveAs, refusedAlert } from './live-codes.ts'
import { createReadCode } from './read-code.ts'

export interface ChannelsDeps {
  wecom: Pick<Wecom, 'ways'>
  clock: Clock
  outbox: Outbox
  rules: RuleBookHolder
  log: Pick<Logger, 'warn'>
  alerts: Pick<Alerts, 'raise' | 'resolve'>
  staff: { queries: Pick<typeof staffQueries, 'currentIdOf' | 'leftAmong' | 'namesOf'> }
  db: { tx<T>(work: (tx: Tx) => Promise<T>): Promise<T> }
}

const c = CHANNEL
const KEEP_EVERY_MS = 5 * MINUTE_MS
/** What fails again and again is tried once an hour, or when the rules change. */
const MOST_PATIENCE = 12
const NO_GUIDE = '渠道里的导购都已离职，请在 config/channels/ 里写上在职的导购'
const noGuideAlert = (channel: string): string => `channel.no-guide:${channel}`
/** Channel states that we choose; 30 characters are allowed, few make a small QR code. */
const STATE_LENGTH = 10

/** Channels and their live codes: one contact way per channel rule, made once and kept for as long as it may be printed. */
export function createChannels({ wecom, clock, outbox, rules, db, log, staff, alerts }: ChannelsDeps) {
  const liveCodes = createLiveCodes({ wecom, clock, alerts, staff })
  /** The channel's row, made if need be. A rule with a printed code's state takes that code over from its old name. */
  async function keepRow(tx: Tx, rule: ChannelRule): Promise<StoredChannel | undefined> {
    const known = await storedChannel(tx, c.name, rule.channel)
    const holder = rule.state === undefined ? undefined : await storedChannel(tx, c.state, rule.state)
    if (known !== undefined && (rule.state === undefined || known.state === rule.state)) return known
    if (holder !== undefined) {
      // The rule check names two rules with one state; a holder without a rule is this channel under its former name.
      if (known !== undefined || rules.current().channels.has(holder.name)) return known
      await updateChannel(tx, c.state, holder.state, { name: rule.channel, changed_at: clock.now() })
      return storedChannel(tx, c.name, rule.channel)
    }
    if (known !== undefined) {
      const changes = { state: rule.state ?? known.state, changed_at: clock.now() }
      await updateChannel(tx, c.name, rule.channel, changes)
      return storedChannel(tx, c.name, rule.channel)
    }
    await tx.insertIgnore(c, [
      {
        name: rule.channel,
        state: rule.state ?? randomText(STATE_LENGTH),
        created_at: clock.now(),
        changed_at: clock.now(),
      },
    ])
    return storedChannel(tx, c.name, rule.channel)
  }

  async function keepOne(tx: Tx, rule: ChannelRule, isUrgent: boolean): Promise<void> {
    const row = await keepRow(tx, rule)
    if (row === undefined) return
    const restMs = Math.min(row.tries, MOST_PATIENCE) * KEEP_EVERY_MS
    if (!isUrgent && clock.now() < row.changed_at + restMs) return
    const users = await receiversOf(tx, rule)
    const needsGuide = noGuideAlert(rule.channel)
    if (users.length === 0) {
      // The code stays as it is: WeCom takes no way without a receiver.
      if (row.trouble === NO_GUIDE) return
      await updateChannel(tx, c.name, rule.channel, { trouble: NO_GUIDE })
      const text = `渠道「${rule.channel}」的导购都已离职：扫码加不到人`
      await alerts.raise(tx, { key: needsGuide, text, todo: '在 config/channels/ 里给这个渠道写上在职的导购' })
      return
    }
    if (row.trouble === NO_GUIDE) {
      await updateChannel(tx, c.name, rule.channel, { trouble: null })
      await alerts.resolve(tx, needsGuide)
    }
    const code: LiveCode = {
      channel: rule.channel,
      state: row.state,
      users,
      skipVerify: rule.skipVerify ?? true,
    }
    if (row.live_as === liveAs(code)) {
      // What WeCom refused is no longer wished: a change that was taken back.
      if (row.trouble !== null) await updateChannel(tx, c.name, rule.channel, { trouble: null, tries: 0 })
      if (row.trouble !== null) await alerts.resolve(tx, refusedAlert(row.state))
      return
    }
    const digest = createHash('sha256').update(liveAs(code)).digest('base64url').slice(0, 22)
    if (row.config_id === null) {
      // Trouble without a failed try: a code that was made is gone.
      const isAnew = row.tries === 0 && row.trouble !== null
      // One attempt at a time: `tries` moves on only when the one before has ended without success.
      await outbox.enqueue(tx, CreateLiveCode, {
        key: `channel.create:${row.state}:${row.tries}${isAnew ? `:${row.changed_at}` : ''}`,
        payload: { code, isPrinted: rule.state !== undefined },
        reason: { text: `渠道「${rule.channel}」还没有活码` },
      })
    } else {
      await outbox.enqueue(tx, UpdateLiveCode, {
        key: `channel.update:${row.config_id.slice(0, 64)}:${digest}:${clock.now()}`,
        payload: { configId: row.config_id, code },
        reason: { text: `渠道「${rule.channel}」的设置有变化` },
      })
    }
  }

  /** Those of the rule's guides who are still here, under their present userids. */
  async function receiversOf(tx: Tx, rule: ChannelRule): Promise<string[]> {
    const users = new Set<string>()
    for (const userId of rule.guides) users.add(await staff.queries.currentIdOf(tx, userId))
    const left = await staff.queries.leftAmong(tx, [...users])
    return [...users].filter((userId) => !left.has(userId)).sort()
  }

  /** Asks for every live code that the rules name and WeCom lacks or has otherwise. Safe to repeat. */
  const keepAll = async (tx: Tx, isUrgent: boolean): Promise<void> => {
    const named = rules.current().channels
    for (const { value } of named.values()) await keepOne(tx, value, isUrgent)
    for (const { name, state, trouble } of await tx.rows(
      sql`SELECT ${pick(c, 'name', 'state', 'trouble')} FROM ${c}`,
    )) {
      if (named.has(name) && trouble === RULE_GONE) await updateChannel(tx, c.name, name, { trouble: null })
      if (named.has(name) || trouble === RULE_GONE) continue
      // The code may be printed: it stays as it is at WeCom, and its customers stay this channel's.
      await updateChannel(tx, c.name, name, { trouble: RULE_GONE })
      for (const key of [refusedAlert(state), noGuideAlert(name)]) await alerts.resolve(tx, key)
    }
  }
  const keep = (isUrgent = false): Promise<void> => db.tx((tx) => keepAll(tx, isUrgent))
  const guidesChanged = (tx: Tx): Promise<void> => keepAll(tx, true)

  rules.onChange(() => {
    // The job comes round anyway.
    keep(true).catch((error: unknown) =>
      log.warn({ err: describeError(error) }, 'live codes not kept after a rule change'),
    )
  })

  return {
    queries: channelQueries,
    /** For the sync: live codes as WeCom has them. */
    codes: createReadCode({ db, clock, wecom, alerts }),
    keep,
    /** A guide left or has another userid: live codes name those who are there. */
    guidesChanged,
    subscriptions: [subscribe('channels.guide-left', StaffLeft, guidesChanged)],
    executors: liveCodes.executors,
    jobs: [
      {
        name: 'channels.keep',
        everyMs: KEEP_EVERY_MS,
        dueAt: leftOut('it makes live codes on the platform'),
        run: () => keep(),
      },
    ],
  }
}
export type Channels = ReturnType<typeof createChannels>
