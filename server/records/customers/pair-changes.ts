import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { channelQueries } from '../channels/channel-queries.ts'
import type { Staff } from '../staff/staff.ts'
import type { Timeline } from '../timeline/timeline.ts'
import { assignedSince, createConsoleMoves } from './console-moves.ts'
import {
  CustomerAccepted,
  CustomerAdded,
  CustomerIdentified,
  CustomerLost,
  WelcomeCodeGiven,
} from './customer-events.ts'
import { noteOfAdd, noteOfLoss } from './customer-notes.ts'
import type { SourcedAdd, SourcedLoss } from './event-source.ts'
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
import type { Relation } from './relation.ts'
import { createTakeOver, endedBy, type Takeovers } from './take-over.ts'

export interface PairChangeDeps {
  clock: Clock
  outbox: Outbox
  emit: Emit
  timeline: Timeline
  staff: Pick<Staff, 'ensureKnown' | 'queries'>
  channels: { queries: Pick<typeof channelQueries, 'byState'> }
  takeovers: Takeovers
}

/** The one way in which a friendship begins or ends here, whoever told it. Safe to repeat. */
export function createPairChanges(deps: PairChangeDeps) {
  const { clock, emit, timeline, staff, channels, takeovers } = deps
  const takeOver = createTakeOver(deps)
  const moves = createConsoleMoves(deps)

  const giveCode = (
    tx: Tx,
    add: Pick<Beginning, 'externalUserId' | 'userId' | 'channel' | 'state'>,
    code: { welcomeCode: string | undefined; codeAtMs: number; key: string; addedAtMs: number | null },
  ) =>
    code.welcomeCode === undefined || code.welcomeCode === ''
      ? undefined
      : emit(tx, WelcomeCodeGiven, {
          key: code.key,
          atMs: code.codeAtMs,
          payload: {
            externalUserId: add.externalUserId,
            userId: add.userId,
            channel: add.channel,
            state: add.state,
            welcomeCode: code.welcomeCode,
            codeAtMs: code.codeAtMs,
            addedAtMs: code.addedAtMs,
          },
        })

  async function lost(tx: Tx, loss: SourcedLoss): Promise<void> {
    const { externalUserId, userId, atMs, by, told } = loss
    await emit(tx, CustomerLost, { key: told.key, atMs, payload: { externalUserId, userId, by, lostAtMs: atMs } })
    await timeline.note(tx, await noteOfLoss(tx, { ...loss, nameOf: staff.queries.nameOf }))
  }

  return {
    giveCode,
    /** For a loss that `ended` has put off until it was known to be none of a handover. Safe to repeat. */
    lost,

    /** A pair became friends. True when a friendship begins by it, or is about to: see console-moves.ts. */
    began: async (tx: Tx, toldAdd: SourcedAdd): Promise<boolean> => {
      const { externalUserId, userId, atMs, half, welcomeCode, told } = toldAdd
      // Who comes by a code of the new guide's own has a state, and is an add like any other.
      const isPlain = !half && (toldAdd.state ?? '') === ''
      const takeover = isPlain ? await takeovers.expected(tx, { externalUserId, toUserId: userId, atMs }) : undefined
      if (takeover !== undefined) {
        await takeOver(tx, takeover, atMs)
        return true
      }
      if (toldAdd.isLookedAt !== true && (await moves.mayEnd(tx, toldAdd))) {
        await moves.ask(tx, { add: toldAdd })
        return true
      }
      const channel = await channels.queries.byState(tx, toldAdd.state)
      const state = toldAdd.state ?? null
      const add: Beginning = { externalUserId, userId, atMs, half, state, channel: channel?.name ?? null }
      const isNew = await keepCustomer(tx, externalUserId, clock.now(), add)
      const known = await holdPair(tx, add, clock.now(), { ...add, isExpected: toldAdd.isWelcomed === true })
      const decision = decideAdd(known, { atMs, half, isListed: toldAdd.isListed === true })
      switch (decision.kind) {
        case 'begins': {
          if (known !== undefined) await beginFriendship(tx, add)
          await keepSource(tx, add, isNew)
          await emit(tx, CustomerAdded, {
            key: told.key,
            atMs,
            ...(toldAdd.isWelcomed === true ? { lane: 'normal' as const } : {}),
            payload: {
              externalUserId,
              userId,
              channel: add.channel,
              state,
              welcomeCode: welcomeCode === undefined || welcomeCode === '' ? null : welcomeCode,
              addedAtMs: atMs,
              again: decision.again,
              ...(toldAdd.isListed === true ? { found: true } : {}),
            },
          })
          break
        }
        case 'goes-on':
          if (known !== undefined) await continueFriendship(tx, add, known, decision.accepted)
          await giveCode(tx, add, { welcomeCode, codeAtMs: atMs, key: told.key, addedAtMs: known?.addedAtMs ?? null })
          if (decision.accepted) {
            const payload = { externalUserId, userId, channel: add.channel, addedAtMs: known?.addedAtMs ?? atMs }
            await emit(tx, CustomerAccepted, { key: told.key, atMs, payload })
          }
          break
        case 'past':
          await recallBeginning(tx, add)
          await keepSource(tx, add)
          break
      }
      await timeline.note(tx, await noteOfAdd(tx, { add, decision, told, nameOf: staff.queries.nameOf }))
      await staff.ensureKnown(tx, userId)
      const isBack = decision.kind === 'begins' && decision.again
      if (isNew || isBack) await emit(tx, CustomerIdentified, identified(externalUserId, isNew ? undefined : told.key))
      return decision.kind === 'begins'
    },

    /** A friendship ended. True when it ends by this. `relations`: the customer's detail, where it has been read. */
    ended: async (tx: Tx, loss: SourcedLoss, relations: Relation[] = []): Promise<boolean> => {
      const { externalUserId, userId, atMs, by } = loss
      const takeover = await endedBy(tx, takeovers, loss, relations)
      if (takeover !== undefined) {
        await takeOver(tx, takeover, atMs)
        return true
      }
      await keepCustomer(tx, externalUserId, clock.now())
      const known = await holdPair(tx, loss, clock.now())
      const decision = decideLoss(known, atMs)
      const toUserId = decision === 'ends' ? assignedSince(relations, userId, known?.addedAtMs ?? atMs) : undefined
      if (toUserId !== undefined) {
        await takeOver(tx, await moves.takeoverOf(tx, { externalUserId, fromUserId: userId, toUserId }), atMs)
        return true
      }
      await rememberLoss(tx, loss)
      if (decision !== 'ends') {
        await timeline.note(tx, await noteOfLoss(tx, { ...loss, nameOf: staff.queries.nameOf }))
        return false
      }
      await endFriendship(tx, loss)
      if (by === 'transfer') await moves.ask(tx, { loss })
      else await lost(tx, loss)
      return true
    },
  }
}

/** `back`: key of what has told that somebody serves them again; undefined: they are new. */
const identified = (externalUserId: string, back: string | undefined) => ({
  key: back === undefined ? `new:${externalUserId}` : `back:${back}`,
  payload: { externalUserId },
})

export type PairChanges = ReturnType<typeof createPairChanges>
