import { createHash } from 'node:crypto'
import type { Tx } from '../../core/db/tx.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { MESSAGE_TEXT_BYTES } from '../../core/kernel/wecom-limits.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import { CustomerStartChat } from '../../platform/wecom/callback/app-events.ts'
import { CustomerAdded, WelcomeCodeGiven } from '../../records/customers/customer-events.ts'
import { cutToBytes } from '../../records/media/cut-to-bytes.ts'
import type { Media } from '../../records/media/media.ts'
import type { AskConsent } from '../../records/privacy/consents.ts'
import type { RuleBookHolder } from '../../rules/book/rule-book.ts'
import { type AskToGreetDeps, createAskToGreet } from './ask-to-greet.ts'
import { type ChosenWelcome, chooseWelcome } from './choose-welcome.ts'
import { fillNames } from './fill-names.ts'
import { someJourneyWelcomes } from './journey-welcome.ts'
import { createSendWelcome, SendWelcome, type SendWelcomeDeps } from './send-welcome.ts'
import { spareCode } from './spare-code.ts'
import type { WelcomeState } from './welcome-state.ts'
import { type FriendshipKey, welcomeStore } from './welcome-store.ts'
import type { WelcomeWanted } from './welcome-wanted.ts'

/** Docs 92137: a code lives 20 s and works once; text of at most 4,000 bytes. */
const CODE_LIFE_MS = 20 * SECOND_MS

const WHY_NO_CODE = '企业微信没有给欢迎语凭证：后台已给导购设了欢迎语，或双方以前聊过'
const WHY_REFUSED = '客户拒绝了营销，不自动发消息'
const WHY_FOUND = '企业微信的添加通知没有收到，核对时才发现，早已过了 20 秒'

type NameOf = (tx: Tx, id: string) => Promise<string | undefined>

export interface WelcomeDeps extends SendWelcomeDeps, AskToGreetDeps {
  outbox: Pick<Outbox, 'enqueue'>
  rules: Pick<RuleBookHolder, 'current'>
  media: Pick<Media, 'attachments'>
  customers: { queries: { nameOf: NameOf } }
  privacy: AskConsent
  staff: { queries: { nameOf: NameOf; currentIdOf(tx: Tx, userId: string): Promise<string> } }
}

export type WelcomeBegun = 'queued' | 'already' | 'no-code' | 'nothing-to-send'

/** The first words a customer hears: one welcome per friendship, in the lane before all others. */
export function createWelcome(deps: WelcomeDeps) {
  const { outbox, rules, media, customers, staff, timeline } = deps
  const greeting = createAskToGreet(deps)

  async function send(tx: Tx, wanted: WelcomeWanted): Promise<WelcomeBegun> {
    const hash = wanted.welcomeCode === null ? null : hashOf(wanted.welcomeCode)
    const before = await welcomeStore.find(tx, wanted)
    if (!(await welcomeStore.claim(tx, wanted, { hash, receivedAtMs: wanted.receivedAtMs }))) {
      const present = await welcomeStore.find(tx, wanted)
      const isAnother = hash !== null && present?.state === 'waiting' && present.code_hash !== hash
      if (isAnother) await spareCode.keep(tx, wanted, hash, deps.clock.now())
      return 'already'
    }
    // A second code of a friendship carries on what its first one was meant for.
    const welcome = wanted.welcome ?? before?.rule ?? undefined
    const chosen = chooseWelcome(rules.current(), { channel: wanted.channel, welcome, atMs: wanted.codeAtMs })
    if ((await deps.privacy.consents.refusedAmong(tx, 'marketing', [wanted.externalUserId])).size > 0) {
      await giveUp(tx, wanted, 'none', WHY_REFUSED, chosen)
      return 'nothing-to-send'
    }
    if (wanted.welcomeCode === null || hash === null) {
      const why = wanted.isFound === true ? WHY_FOUND : WHY_NO_CODE
      await giveUp(tx, wanted, 'none', why, chosen)
      if (wanted.isFound === true) await greeting.ask(tx, wanted, why)
      return 'no-code'
    }
    if (chosen === undefined) {
      await giveUp(tx, wanted, 'failed', '没有适合的欢迎语，也没有默认欢迎语', chosen)
      return 'nothing-to-send'
    }
    const { text, attachments, leftOut } = await compose(tx, wanted, chosen)
    if (text === undefined && attachments.length === 0) {
      const why = `欢迎语「${chosen.rule.name}」里的${leftOut.length === 0 ? '内容' : `${leftOut.join('、')} `}还没准备好`
      await giveUp(tx, wanted, 'failed', why, chosen)
      await greeting.ask(tx, wanted, why)
      return 'nothing-to-send'
    }
    await welcomeStore.set(tx, wanted, { state: 'waiting', reason: chosen.why, ...ruleOf(chosen), leftOut })
    const { externalUserId, userId, addedAtMs, welcomeCode } = wanted
    await outbox.enqueue(tx, SendWelcome, {
      key: `welcome:${userId}:${externalUserId}:${hash}`,
      payload: {
        externalUserId,
        userId,
        addedAtMs,
        welcome: chosen.rule.name,
        welcomeCode,
        ...(text === undefined ? {} : { text }),
        attachments,
        leftOut,
      },
      reason: reasonOf(wanted, chosen.why, chosen),
      externalUserId,
      userId,
      expiresAtMs: wanted.codeAtMs + CODE_LIFE_MS,
    })
    return 'queued'
  }

  async function compose(tx: Tx, { externalUserId, userId }: WelcomeWanted, { content }: ChosenWelcome) {
    const customer = await customers.queries.nameOf(tx, externalUserId)
    const guide = await staff.queries.nameOf(tx, userId)
    const filled = cutToBytes(fillNames(content.text ?? '', { customer, guide }), MESSAGE_TEXT_BYTES)
    const { ready, missing } = await media.attachments(tx, content.attachments ?? [])
    return { text: filled.trim() === '' ? undefined : filled, attachments: ready, leftOut: missing }
  }

  async function giveUp(
    tx: Tx,
    wanted: WelcomeWanted,
    state: WelcomeState,
    why: string,
    chosen: ChosenWelcome | undefined,
  ): Promise<void> {
    await welcomeStore.set(tx, wanted, { state, reason: why, ...(chosen === undefined ? {} : ruleOf(chosen)) })
    await timeline.note(tx, {
      key: `welcome:event:${wanted.eventId}`,
      externalUserId: wanted.externalUserId,
      userId: wanted.userId,
      kind: 'welcome.ended',
      text: `未发送欢迎语：${why}`,
      reason: reasonOf(wanted, why, chosen),
    })
  }

  /** The first code came to nothing: the one that waits behind it may still do. */
  async function afterEnd(tx: Tx, key: FriendshipKey, state: WelcomeState, why: string): Promise<void> {
    const spare = await spareCode.take(tx, key)
    if (state !== 'late' && state !== 'failed') return
    if (spare !== undefined && deps.clock.now() < spare.codeAtMs + CODE_LIFE_MS) await send(tx, spare)
    else await greeting.ask(tx, key, why)
  }

  const subscriptions: Subscription[] = [
    subscribe(
      'welcome.send',
      CustomerAdded,
      async (tx, { id, receivedAtMs, payload }) => {
        const { found: isFound = false, ...wanted } = payload
        await send(tx, { ...wanted, isFound, codeAtMs: payload.addedAtMs, receivedAtMs, eventId: id })
      },
      // A journey with a welcome of its own has to be asked first, so all take their turn.
      { isUrgent: () => !someJourneyWelcomes(rules.current()), sideBySide: true },
    ),
    subscribe('welcome.use-further-code', WelcomeCodeGiven, async (tx, { id, receivedAtMs, payload }) => {
      // Friends of before our time had their welcome, or none, from somebody else.
      if (payload.addedAtMs === null) return
      await send(tx, { ...payload, addedAtMs: payload.addedAtMs, receivedAtMs, eventId: id })
    }),
    subscribe('welcome.customer-spoke', CustomerStartChat, async (tx, { payload }) => {
      const userId = await staff.queries.currentIdOf(tx, payload.UserID)
      await greeting.spoken(tx, { externalUserId: payload.ExternalUserID, userId }, '客户先开口了')
    }),
  ]

  return {
    subscriptions,
    executors: [createSendWelcome(deps, { onSent: greeting.spare, afterEnd })],
    /** Sends the friendship's one welcome, unless that has been seen to. Safe to repeat; why there was none is kept. */
    send,
    /** The guide has sent something to the customer from the sidebar. Safe to repeat. */
    guideSpoke: (tx: Tx, pair: Pick<FriendshipKey, 'externalUserId' | 'userId'>): Promise<void> =>
      greeting.spoken(tx, pair, '导购已经发了消息'),
    queries: { ofCustomer: welcomeStore.ofCustomer },
  }
}

export type Welcome = ReturnType<typeof createWelcome>

/** The code itself is a credential; rows and keys carry what tells it from others. */
const hashOf = (code: string): string => createHash('sha256').update(code).digest('hex').slice(0, 24)

const ruleOf = ({ rule }: ChosenWelcome) => ({ rule: rule.name, version: rule.version })

const reasonOf = (wanted: WelcomeWanted, text: string, chosen: ChosenWelcome | undefined): Reason => ({
  text,
  ...(chosen === undefined ? {} : { rule: { kind: 'welcome', name: chosen.rule.name, version: chosen.rule.version } }),
  facts: { channel: wanted.channel },
  eventId: wanted.eventId,
})
