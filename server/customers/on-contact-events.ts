import type { Outbox } from '../actions/outbox.ts'
import type { channelQueries } from '../channels/channel-queries.ts'
import type { Tx } from '../db/tx.ts'
import type { Emit } from '../inbox/emit.ts'
import type { StoredEvent } from '../inbox/event-kind.ts'
import { type Subscription, subscribe } from '../inbox/subscription.ts'
import type { Clock } from '../kernel/clock.ts'
import type { Staff } from '../staff/staff.ts'
import type { Timeline } from '../timeline/timeline.ts'
import {
  AddExternalContact,
  AddHalfExternalContact,
  DelExternalContact,
  DelFollowUser,
  EditExternalContact,
  MsgAuditApproved,
  TransferFail,
} from '../wecom/callback-events.ts'
import { RefreshCustomer } from './customer-actions.ts'
import {
  CustomerAccepted,
  CustomerAdded,
  CustomerIdentified,
  CustomerLost,
  WelcomeCodeGiven,
} from './customer-events.ts'
import { noteOfAdd, noteOfLoss, noteOfTransferFail } from './customer-notes.ts'
import { customerQueries, type LostBy } from './customer-queries.ts'
import {
  type Beginning,
  beginFriendship,
  continueFriendship,
  endFriendship,
  holdPair,
  keepCustomer,
  keepSource,
  recallBeginning,
  rememberLoss,
} from './follow-store.ts'
import { decideAdd, decideLoss } from './friendship.ts'

export interface ContactEventDeps {
  clock: Clock
  outbox: Outbox
  emit: Emit
  timeline: Timeline
  staff: Pick<Staff, 'ensureKnown' | 'queries'>
  channels: { queries: Pick<typeof channelQueries, 'byState'> }
}

interface EntrancePayload {
  UserID: string
  ExternalUserID: string
  State?: string
  WelcomeCode?: string
}

/** WeCom's own events about one guide–customer pair become follows, and events of ours for everybody else. */
export function onContactEvents(deps: ContactEventDeps): Subscription[] {
  const { clock, outbox, emit, timeline, staff, channels } = deps

  const askForDetails = (tx: Tx, event: StoredEvent, externalUserId: string): Promise<boolean> =>
    outbox.enqueue(tx, RefreshCustomer, {
      key: `customer.refresh:${event.dedupeKey}`,
      externalUserId,
      payload: { externalUserId },
      reason: { text: '客户有变化，读取最新资料', eventId: event.id },
    })

  const giveCode = (tx: Tx, event: StoredEvent, add: Beginning, code: string | undefined, addedAtMs: number | null) =>
    code === undefined || code === ''
      ? undefined
      : emit(tx, WelcomeCodeGiven, {
          key: event.dedupeKey,
          atMs: event.eventAtMs,
          payload: {
            externalUserId: add.externalUserId,
            userId: add.userId,
            channel: add.channel,
            state: add.state,
            welcomeCode: code,
            codeAtMs: event.eventAtMs,
            addedAtMs,
          },
        })

  async function added(tx: Tx, event: StoredEvent<EntrancePayload>, half: boolean): Promise<void> {
    const { ExternalUserID: externalUserId, State, WelcomeCode } = event.payload
    const userId = await staff.queries.currentIdOf(tx, event.payload.UserID)
    const channel = await channels.queries.byState(tx, State)
    const atMs = event.eventAtMs
    const add: Beginning = { externalUserId, userId, atMs, half, state: State ?? null, channel: channel?.name ?? null }
    const isNew = await keepCustomer(tx, externalUserId, clock.now())
    const known = await holdPair(tx, add, clock.now())
    const decision = decideAdd(known, { atMs, half })
    switch (decision.kind) {
      case 'begins': {
        await beginFriendship(tx, add)
        await keepSource(tx, add)
        const code = WelcomeCode === undefined || WelcomeCode === '' ? null : WelcomeCode
        const { again } = decision
        await emit(tx, CustomerAdded, {
          key: event.dedupeKey,
          atMs,
          payload: {
            externalUserId,
            userId,
            channel: add.channel,
            state: add.state,
            welcomeCode: code,
            addedAtMs: atMs,
            again,
          },
        })
        break
      }
      case 'goes-on':
        if (known !== undefined) await continueFriendship(tx, add, known, decision.accepted)
        await giveCode(tx, event, add, WelcomeCode, known?.addedAtMs ?? null)
        if (decision.accepted) {
          const payload = { externalUserId, userId, channel: add.channel, addedAtMs: known?.addedAtMs ?? atMs }
          await emit(tx, CustomerAccepted, { key: event.dedupeKey, atMs, payload })
        }
        break
      case 'past':
        await recallBeginning(tx, add)
        await keepSource(tx, add)
        break
    }
    await timeline.note(tx, await noteOfAdd(tx, { add, decision, event, nameOf: staff.queries.nameOf }))
    await staff.ensureKnown(tx, userId)
    if (isNew) await emit(tx, CustomerIdentified, { key: `new:${externalUserId}`, payload: { externalUserId } })
    await askForDetails(tx, event, externalUserId)
  }

  async function lost(tx: Tx, event: StoredEvent<EntrancePayload>, by: LostBy): Promise<void> {
    const externalUserId = event.payload.ExternalUserID
    const userId = await staff.queries.currentIdOf(tx, event.payload.UserID)
    const atMs = event.eventAtMs
    await keepCustomer(tx, externalUserId, clock.now())
    const decision = decideLoss(await holdPair(tx, { externalUserId, userId }, clock.now()), atMs)
    await rememberLoss(tx, { externalUserId, userId, atMs })
    if (decision === 'ends') {
      await endFriendship(tx, { externalUserId, userId, atMs, by })
      const payload = { externalUserId, userId, by, lostAtMs: atMs }
      await emit(tx, CustomerLost, { key: event.dedupeKey, atMs, payload })
    }
    await timeline.note(tx, await noteOfLoss(tx, { externalUserId, userId, by, event, nameOf: staff.queries.nameOf }))
  }

  return [
    subscribe('customers.add', AddExternalContact, (tx, event) => added(tx, event, false)),
    subscribe('customers.add-half', AddHalfExternalContact, (tx, event) => added(tx, event, true)),
    subscribe('customers.edit', EditExternalContact, async (tx, event) => {
      await askForDetails(tx, event, event.payload.ExternalUserID)
    }),
    subscribe('customers.lost-by-guide', DelExternalContact, (tx, event) =>
      lost(tx, event, event.payload.Source === 'DELETE_BY_TRANSFER' ? 'transfer' : 'guide'),
    ),
    subscribe('customers.lost-by-customer', DelFollowUser, (tx, event) => lost(tx, event, 'customer')),
    subscribe('customers.transfer-fail', TransferFail, async (tx, event) => {
      await timeline.note(tx, await noteOfTransferFail(tx, { event, nameOf: staff.queries.nameOf }))
    }),
    subscribe('customers.chat-archiving', MsgAuditApproved, async (tx, event) => {
      const externalUserId = event.payload.ExternalUserID
      const userId = await staff.queries.currentIdOf(tx, event.payload.UserID)
      const follow = await customerQueries.follow(tx, userId, externalUserId)
      const add: Beginning = {
        externalUserId,
        userId,
        atMs: event.eventAtMs,
        half: false,
        state: follow?.state ?? null,
        channel: follow?.channel ?? null,
      }
      await giveCode(tx, event, add, event.payload.WelcomeCode, follow?.addedAtMs ?? null)
      await timeline.note(tx, {
        key: `chat-archiving:${event.dedupeKey}`,
        externalUserId,
        userId,
        atMs: event.eventAtMs,
        kind: 'customer.chat-archiving',
        text: '客户同意了会话存档',
      })
    }),
  ]
}
