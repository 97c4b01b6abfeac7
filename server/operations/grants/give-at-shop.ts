import Type, { type Static } from 'typebox'
import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError, mayHaveHappened } from '../../core/kernel/app-error.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { type Action, defineAction, type Executor, execute, type Failure } from '../../engine/actions/action-kind.ts'
import { PUT_BACK } from '../../engine/actions/trouble.ts'
import type { Granted } from '../../platform/shops/shop-connection.ts'
import type { GrantDesk } from './grant-desk.ts'
import { type Grant, grantIdOf, grantStore, OPEN } from './grant-store.ts'

/** Gives a customer something at their shop; one at a time for each customer. */
export const GiveAtShop = defineAction(
  'grant.give',
  'outside',
  // `look`: how often the customer was looked for before. Of two actions about one grant only that of the last look gives.
  Type.Object({ grantId: Type.Integer(), look: Type.Integer() }),
)

/** The side of a shop that is read lags behind: only then can be seen whether a lost answer was a yes. */
const SETTLE_MS = MINUTE_MS
/** An action is its process' own for a minute; what is sent must have come back by then. */
const MOST_BEFORE_SENDING_MS = 45 * SECOND_MS
const CANNOT_SAY = '上一次没有等到应答，不知道发出去没有'

type Payload = Static<typeof GiveAtShop.schema>
type Outcome = Granted | { kind: 'nobody' } | { kind: 'over' }

export interface GiveAtShopDeps {
  db: Db
  clock: Clock
  grantDesk: GrantDesk
  /** What follows in the transaction in which it is written down. */
  onOutcome(tx: Tx, grant: Grant, outcome: Granted | { kind: 'nobody' } | { kind: 'lapsed'; zh: string }): Promise<void>
}

/** Each time before the shop is asked it is written down to whom it goes, what they had, and when; so whoever comes after a crash, or after an
 *  answer that was lost, can see whether it was given, and nobody gets it twice. */
export function createGiveAtShop({ db, clock, grantDesk, onOutcome }: GiveAtShopDeps): Executor {
  const find = (id: number): Promise<Grant | undefined> => db.statement((tx) => grantStore.byId(tx, id))

  const settling = (message: string, afterMs: number, mayHaveHappened = false): AppError =>
    new AppError('grant.settling', message, { retry: { afterMs }, mayHaveHappened })

  const queued = (): AppError =>
    new AppError('shop.paused', 'another gift of the same kind to this member is under way', {
      retry: { afterMs: SETTLE_MS },
      zh: '同一位客户的另一份还没有发完，发完再发',
    })

  async function give(grant: Grant, mayBeGiven: boolean): Promise<Outcome> {
    const beganMs = clock.now()
    const shop = await grantDesk.at(grant.shop)
    const { gift, name } = grant
    const asked = { grantId: grantIdOf(grant), gift, name }
    let notedAtMs: number | undefined
    const noteTry = async (first: Parameters<typeof grantStore.noteTry>[2]['first']): Promise<void> => {
      const nowMs = clock.now()
      if (nowMs - beganMs > MOST_BEFORE_SENDING_MS) throw settling('too slow to be sent within the lease', SETTLE_MS)
      const isNoted = await db.tx(async (tx) => {
        if (!(await grantStore.noteTry(tx, grant, { first, nowMs }))) return false
        // Asked only once one's own is written: of two at once each must meet the other's row, and one of them its lock.
        if (first?.heldBefore !== undefined) {
          const others = await grantStore.sameGift(tx, grant, first.member)
          // What it has just given the list may not have shown yet when it was looked at.
          const shows = ({ state, triedAtMs }: (typeof others)[number]): boolean =>
            state === 'asked' || triedAtMs > beganMs - SETTLE_MS
          if (others.some(shows)) throw queued()
        }
        return true
      })
      if (!isNoted) throw settling('another has begun to give it, or it is over', SETTLE_MS, true)
      notedAtMs = nowMs
    }
    if (mayBeGiven && grant.member !== undefined) {
      const { member, heldBefore, triedAtMs = 0 } = grant
      const leftMs = triedAtMs + SETTLE_MS - clock.now()
      if (leftMs > 0) throw settling('the shop may not show it yet', leftMs)
      const others = heldBefore === undefined ? [] : await db.tx((tx) => grantStore.sameGift(tx, grant, member))
      if (others.some((one) => one.triedAtMs >= triedAtMs))
        return { kind: 'unsure', zh: `${CANNOT_SAY}，之后又发过同样的` }
      const beforeSend = () => noteTry(undefined)
      return shop.grant({ ...asked, shopUserId: member, before: heldBefore, beforeSend })
    }
    const member = await shop.memberOf(grant.externalUserId)
    if (member === undefined) return { kind: 'nobody' }
    const heldBefore = await shop.holds(member, gift)
    try {
      const beforeSend = () => noteTry({ member, heldBefore })
      return await shop.grant({ ...asked, shopUserId: member, before: undefined, beforeSend })
    } catch (error) {
      const atMs = notedAtMs
      if (atMs !== undefined && !mayHaveHappened(error)) await db.tx((tx) => grantStore.forgetTry(tx, grant.id, atMs))
      throw error
    }
  }

  async function perform({ payload, mayHaveHappened: isDoubtful }: Action<Payload>): Promise<Outcome> {
    const grant = await find(payload.grantId)
    if (grant === undefined || grant.looks !== payload.look) return { kind: 'over' }
    // What was never noted was never asked for.
    const mayBeGiven = isDoubtful && grant.triedAtMs !== undefined
    const isOpen = OPEN.includes(grant.state)
    // A person has said that it be tried once more; of one that was put back with a backup nobody knows whom it went to.
    if (!isOpen && !(grant.state === 'unsure' && mayBeGiven)) return { kind: 'over' }
    try {
      return await give(grant, mayBeGiven)
    } catch (error) {
      const why = error instanceof AppError ? error.zh : undefined
      if (why !== undefined && why !== grant.why) await db.tx((tx) => grantStore.noteFault(tx, grant.id, why))
      throw error
    }
  }

  async function abandoned(tx: Tx, { payload }: Pick<Action<Payload>, 'payload'>, failure: Failure): Promise<void> {
    const grant = await grantStore.byId(tx, payload.grantId)
    if (grant === undefined || grant.looks !== payload.look) return
    const isDoubtful = failure.mayHaveHappened && (grant.triedAtMs !== undefined || failure.code === PUT_BACK)
    const why = grant.why ?? '店铺一直没有应答'
    if (isDoubtful) await onOutcome(tx, grant, { kind: 'unsure', zh: `${CANNOT_SAY}；${why}` })
    else if (failure.state === 'expired') await onOutcome(tx, grant, { kind: 'lapsed', zh: why })
    // Not the shop's no: who retries the dead letter has it given.
    else await grantStore.stick(tx, grant.id, why)
  }

  return execute(GiveAtShop, {
    perform,
    record: async (tx, { payload }, outcome) => {
      if (outcome.kind === 'over') return
      const grant = await grantStore.byId(tx, payload.grantId)
      if (grant?.looks === payload.look) await onOutcome(tx, grant, outcome)
    },
    abandoned,
  })
}
