import type { Tx } from '../../core/db/tx.ts'
import { type Subscription, subscribe } from '../../engine/inbox/subscription.ts'
import { CustomerStartChat } from '../../platform/wecom/callback/app-events.ts'
import { AddExternalContact } from '../../platform/wecom/callback/callback-events.ts'
import { CustomerAdded, WelcomeCodeGiven } from '../../records/customers/customer-events.ts'
import type { TakeFirstAdd } from '../../records/customers/first-add.ts'
import { type AskToGreetDeps, createAskToGreet } from './ask-to-greet.ts'
import { type ChosenWelcome, chooseWelcome } from './choose-welcome.ts'
import { someJourneyWelcomes } from './journey-welcome.ts'
import { CODE_LIFE_MS, createQueueWelcome, hashOf, type QueueWelcomeDeps, reasonOf, ruleOf } from './queue-welcome.ts'
import { createSendWelcome, type SendWelcomeDeps } from './send-welcome.ts'
import { spareCode } from './spare-code.ts'
import type { WelcomeState } from './welcome-state.ts'
import { type FriendshipKey, welcomeStore } from './welcome-store.ts'
import type { WelcomeWanted } from './welcome-wanted.ts'

const WHY_NO_CODE = '企业微信没有给欢迎语凭证：后台已给导购设了欢迎语，或双方以前聊过'
const WHY_REFUSED = '客户拒绝了营销，不自动发消息'
const WHY_FOUND = '企业微信的添加通知没有收到，核对时才发现，早已过了 20 秒'

type NameOf = (tx: Tx, id: string) => Promise<string | undefined>

export interface WelcomeDeps extends SendWelcomeDeps, AskToGreetDeps, QueueWelcomeDeps {
  customers: { queries: { nameOf: NameOf }; firstAdd: TakeFirstAdd }
  staff: { queries: { nameOf: NameOf; currentIdOf(tx: Tx, userId: string): Promise<string> } }
}

export type WelcomeBegun = 'queued' | 'already' | 'no-code' | 'nothing-to-send'

/** The first words a customer hears: one welcome per friendship, in the lane before all others. */
export function createWelcome(deps: WelcomeDeps) {
  const { rules, customers, staff, timeline } = deps
  const queue = createQueueWelcome(deps)
  const greeting = createAskToGreet(deps)

  async function send(tx: Tx, wanted: WelcomeWanted): Promise<WelcomeBegun> {
    const hash = wanted.welcomeCode === null ? null : hashOf(wanted.welcomeCode)
    const before = await welcomeStore.find(tx, wanted)
    if (before !== undefined && (hash === null || before.code_hash === hash)) return 'already'
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
    const customer = await customers.queries.nameOf(tx, wanted.externalUserId)
    const guide = await staff.queries.nameOf(tx, wanted.userId)
    const composed = await queue.compose(tx, chosen, { externalUserId: wanted.externalUserId, customer, guide })
    const { text, attachments, leftOut } = composed
    if (text === undefined && attachments.length === 0) {
      const why = `欢迎语「${chosen.rule.name}」里的${leftOut.length === 0 ? '内容' : `${leftOut.join('、')} `}还没准备好`
      await giveUp(tx, wanted, 'failed', why, chosen)
      await greeting.ask(tx, wanted, why)
      return 'nothing-to-send'
    }
    await welcomeStore.set(tx, wanted, { state: 'waiting', reason: chosen.why, ...ruleOf(chosen), leftOut })
    await queue.put(tx, { ...wanted, welcomeCode: wanted.welcomeCode, isFirst: before === undefined }, chosen, composed)
    return 'queued'
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

  // A journey with a welcome of its own has to be asked first, so all take their turn.
  const isUrgent = (): boolean => !someJourneyWelcomes(rules.current())

  const subscriptions: Subscription[] = [
    subscribe(
      'welcome.at-once',
      AddExternalContact,
      async (tx, { id, eventAtMs, receivedAtMs, payload }, turn) => {
        const { ExternalUserID: externalUserId, UserID: userId, State: state = '', WelcomeCode: value = '' } = payload
        const isPlain = value !== '' && isUrgent()
        const add = isPlain
          ? await customers.firstAdd(tx, { externalUserId, userId, state, atMs: eventAtMs })
          : undefined
        if (add === undefined) turn.allAtOnce()
        else await queue.first(tx, add, { value, receivedAtMs, eventId: id })
      },
      { isUrgent, isFirst: true, sideBySide: true },
    ),
    subscribe(
      'welcome.send',
      CustomerAdded,
      async (tx, { id, receivedAtMs, payload }) => {
        const { found: isFound = false, ...wanted } = payload
        await send(tx, { ...wanted, isFound, codeAtMs: payload.addedAtMs, receivedAtMs, eventId: id })
      },
      { isUrgent, sideBySide: true },
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
    queries: { ofCustomer: welcomeStore.ofCustomer, ofCustomers: welcomeStore.ofCustomers },
  }
}

export type Welcome = ReturnType<typeof createWelcome>
