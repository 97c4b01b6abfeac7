import type { Tx } from '../../core/db/tx.ts'
import type { StoredEvent } from '../../engine/inbox/event-kind.ts'
import { type Subscription, subscribe, type Turn } from '../../engine/inbox/subscription.ts'
import { CustomerStartChat } from '../../platform/wecom/callback/app-events.ts'
import {
  AddExternalContact,
  AddHalfExternalContact,
  DelExternalContact,
  DelFollowUser,
  EditExternalContact,
  MsgAuditApproved,
  TransferFail,
} from '../../platform/wecom/callback/callback-events.ts'
import { RefreshCustomer } from './customer-actions.ts'
import { noteOfTransferFail } from './customer-notes.ts'
import { customerQueries } from './customer-queries.ts'
import type { EventSource, LostBy } from './event-source.ts'
import { createPairChanges, type PairChangeDeps } from './pair-changes.ts'

export type ContactEventDeps = PairChangeDeps

interface EntrancePayload {
  UserID: string
  ExternalUserID: string
  State?: string
  WelcomeCode?: string
}

/** WeCom's own events about one guide–customer pair become follows, and events of ours for everybody else. */
export function onContactEvents(deps: ContactEventDeps): Subscription[] {
  const { outbox, timeline, staff, takeovers } = deps
  const pairs = createPairChanges(deps)

  const askForDetails = (tx: Tx, event: StoredEvent, externalUserId: string): Promise<void> =>
    outbox.enqueue(tx, RefreshCustomer, {
      key: `customer.refresh:${event.dedupeKey}`,
      externalUserId,
      payload: { externalUserId },
      reason: { text: '客户有变化，读取最新资料', eventId: event.id },
    })

  const toldBy = (event: StoredEvent): EventSource => ({
    key: event.dedupeKey,
    eventId: event.id,
    text: '企业微信通知',
  })

  async function added(tx: Tx, event: StoredEvent<EntrancePayload>, { half, turn }: { half: boolean; turn: Turn }) {
    const { ExternalUserID: externalUserId, State: state, WelcomeCode: welcomeCode } = event.payload
    const userId = await staff.queries.currentIdOf(tx, event.payload.UserID)
    const told = toldBy(event)
    // It came behind the other welcomes because its own was seen to.
    const isWelcomed = !turn.isUrgent
    const add = { externalUserId, userId, atMs: event.eventAtMs, half, state, welcomeCode, told, isWelcomed }
    await pairs.began(tx, add)
    await askForDetails(tx, event, externalUserId)
  }

  async function lost(tx: Tx, event: StoredEvent<EntrancePayload>, by: LostBy): Promise<void> {
    const userId = await staff.queries.currentIdOf(tx, event.payload.UserID)
    const externalUserId = event.payload.ExternalUserID
    await pairs.ended(tx, { externalUserId, userId, atMs: event.eventAtMs, by, told: toldBy(event) })
  }

  return [
    subscribe('customers.add', AddExternalContact, (tx, event, turn) => added(tx, event, { half: false, turn }), {
      sideBySide: true,
    }),
    subscribe(
      'customers.add-half',
      AddHalfExternalContact,
      (tx, event, turn) => added(tx, event, { half: true, turn }),
      {
        sideBySide: true,
      },
    ),
    subscribe('customers.edit', EditExternalContact, async (tx, event) => {
      await askForDetails(tx, event, event.payload.ExternalUserID)
    }),
    subscribe('customers.lost-by-guide', DelExternalContact, (tx, event) =>
      lost(tx, event, event.payload.Source === 'DELETE_BY_TRANSFER' ? 'transfer' : 'guide'),
    ),
    subscribe('customers.lost-by-customer', DelFollowUser, (tx, event) => lost(tx, event, 'customer')),
    subscribe('customers.transfer-fail', TransferFail, async (tx, event) => {
      const { ExternalUserID: externalUserId, FailReason: failReason } = event.payload
      const toUserId = await staff.queries.currentIdOf(tx, event.payload.UserID)
      if (await takeovers.failed(tx, { externalUserId, toUserId, failReason, atMs: event.eventAtMs })) return
      await timeline.note(tx, await noteOfTransferFail(tx, { event, nameOf: staff.queries.nameOf }))
    }),
    subscribe('customers.started-chat', CustomerStartChat, async (tx, event) => {
      const externalUserId = event.payload.ExternalUserID
      const userId = await staff.queries.currentIdOf(tx, event.payload.UserID)
      await timeline.note(tx, {
        key: `started-chat:${event.dedupeKey}`,
        externalUserId,
        userId,
        atMs: event.eventAtMs,
        kind: 'customer.started-chat',
        text: '通过获客链接添加后，客户发来了第一条消息',
      })
      // Should the add have been lost on the way, this finds it.
      if (await customerQueries.isFollowing(tx, userId, externalUserId)) return
      await askForDetails(tx, event, externalUserId)
    }),
    subscribe('customers.chat-archiving', MsgAuditApproved, async (tx, event) => {
      const externalUserId = event.payload.ExternalUserID
      const userId = await staff.queries.currentIdOf(tx, event.payload.UserID)
      const follow = await customerQueries.follow(tx, userId, externalUserId)
      const add = { externalUserId, userId, state: follow?.state ?? null, channel: follow?.channel ?? null }
      await pairs.giveCode(tx, add, {
        welcomeCode: event.payload.WelcomeCode,
        codeAtMs: event.eventAtMs,
        key: event.dedupeKey,
        addedAtMs: follow?.addedAtMs ?? null,
      })
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
