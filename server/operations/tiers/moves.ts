import type { Tx } from '../../core/db/tx.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import type { Reason } from '../../core/kernel/reason.ts'
import type { Emit } from '../../engine/inbox/emit.ts'
import type { Timeline } from '../../records/timeline/timeline.ts'
import type { Ladder, Level } from '../../rules/book/rule-book.ts'
import type { Routing } from '../routing/routing.ts'
import type { GuidePlaces } from './guide-places.ts'
import { isBetter } from './judge.ts'
import { createKeepTag, type KeepTagDeps } from './keep-tag.ts'
import { movedText } from './move-text.ts'
import { TierChanged } from './tier-events.ts'
import type { MovedBy } from './tier-states.ts'
import {
  type CustomerTier,
  changeTier,
  entitledUntil,
  type Former,
  formerOf,
  type Placing,
  pathOf,
  place,
  placeLater,
  placeOnAll,
} from './tier-store.ts'
import { TIER_MOVE } from './tier-tables.ts'

export interface MovesDeps extends KeepTagDeps {
  clock: Clock
  emit: Emit
  timeline: Pick<Timeline, 'note'>
  routing: Pick<Routing, 'invite'>
  guidePlaces: Pick<GuidePlaces, 'settle' | 'seat'>
}

export interface Move {
  externalUserId: string
  from: string
  to: Level
  by: MovedBy
  reason: Reason
  /** Once per key; a move by rule needs none. */
  key?: string | undefined
  /** The journeys that led to it. */
  via?: readonly string[] | undefined
}

type Written = Omit<Move, 'from'> & { from: string | undefined }

/** With what was so before, to which it can be put back. */
async function writeMove(
  tx: Tx,
  ladder: Ladder,
  { externalUserId, from, to, by, reason, key }: Written,
  { atMs, isUndone }: { atMs: number; isUndone: boolean },
): Promise<number> {
  const former = from === undefined ? undefined : await formerOf(tx, ladder.name, externalUserId)
  return tx.insert(TIER_MOVE, {
    move_key: key ?? null,
    external_userid: externalUserId,
    ladder: ladder.name,
    from_level: from ?? null,
    to_level: to.name,
    moved_by: by,
    version: ladder.version,
    reason: JSON.stringify(reason),
    moved_at: atMs,
    former: former === undefined ? null : JSON.stringify(former),
    undone: isUndone ? 1 : 0,
  })
}

/** Writes moves down, with all that belongs to reaching a level. The caller holds the customer's row. */
export function createMoves(deps: MovesDeps) {
  const { clock, emit, timeline, customers, routing, guidePlaces } = deps
  const keepTag = createKeepTag(deps)

  const write = (tx: Tx, ladder: Ladder, move: Written, isUndone = false): Promise<number> =>
    writeMove(tx, ladder, move, { atMs: clock.now(), isUndone })

  async function tell(tx: Tx, ladder: Ladder, id: number, move: Written) {
    const { externalUserId, from, to, reason, via } = move
    const isRise = from !== undefined && isBetter(ladder, to.name, from)
    await timeline.note(tx, {
      key: `tier:${id}`,
      externalUserId,
      kind: 'tier.changed',
      text: movedText(ladder.name, from, to.name, isRise),
      reason,
    })
    await keepTag(tx, ladder, to, { externalUserId, key: `tier:${id}`, reason, via })
    if (from === undefined) await guidePlaces.seat(tx, ladder, to, externalUserId)
    else await guidePlaces.settle(tx, ladder, to, { externalUserId, from, reason })
  }

  async function announce(tx: Tx, ladder: Ladder, id: number, move: Move): Promise<void> {
    const { externalUserId, from, to, via } = move
    await tell(tx, ladder, id, move)
    await emit(tx, TierChanged, {
      key: String(id),
      payload: {
        externalUserId,
        ladder: ladder.name,
        from,
        to: to.name,
        version: ladder.version,
        ...(via === undefined ? {} : { via: [...via] }),
      },
    })
  }

  /** Nothing for the timeline: everybody is at least there. */
  async function tellOfLast(tx: Tx, ladder: Ladder, { externalUserId, level, reason }: Placing): Promise<void> {
    await keepTag(tx, ladder, level, { externalUserId, key: `tier:placed:${ladder.name}:${externalUserId}`, reason })
    await guidePlaces.seat(tx, ladder, level, externalUserId)
  }

  /** Nothing but the row is to be written. */
  const isPlain = ({ levels }: Ladder, { level }: Placing): boolean =>
    level === levels.at(-1) && level.value.tag === undefined && level.value.guides === undefined

  async function placeOn(tx: Tx, ladder: Ladder, placings: Placing[]): Promise<void> {
    await placeLater(
      tx,
      ladder,
      placings.filter((one) => isPlain(ladder, one)),
      clock.now(),
    )
    for (const placing of placings.filter((one) => !isPlain(ladder, one))) {
      if ((await place(tx, ladder, [placing], clock.now())) === 0) continue
      const { externalUserId, level: to, reason } = placing
      const move = { externalUserId, from: undefined, to, by: 'rule', reason } as const
      if (to === ladder.levels.at(-1)) await tellOfLast(tx, ladder, placing)
      else await tell(tx, ladder, await write(tx, ladder, move), move)
    }
  }

  return {
    /** From one level to another. */
    move: async (tx: Tx, ladder: Ladder, move: Move): Promise<number> => {
      const { externalUserId, from, to, reason } = move
      const now = clock.now()
      const id = await write(tx, ladder, move)
      await changeTier(tx, ladder.name, externalUserId, {
        path: pathOf(ladder.name, to.name),
        since: now,
        held_from: now,
        entitled_until: entitledUntil(to, now) ?? null,
        version: ladder.version,
        reason: JSON.stringify(reason),
      })
      await announce(tx, ladder, id, move)
      const owner = to.value.invite === undefined ? undefined : await customers.queries.ownerOf(tx, externalUserId)
      if (owner !== undefined && to.value.invite !== undefined && isBetter(ladder, to.name, from)) {
        await routing.invite(tx, { externalUserId, userId: owner, pool: to.value.invite, key: `tier:${id}`, reason })
      }
      return id
    },

    /** As it was before moves that should not have been: all of it, the day of the last move and the end of the level, too. */
    putBack: async (tx: Tx, ladder: Ladder, move: Move, former: Former): Promise<void> => {
      const id = move.from === move.to.name ? undefined : await write(tx, ladder, move, true)
      await changeTier(tx, ladder.name, move.externalUserId, former)
      if (id !== undefined) await announce(tx, ladder, id, move)
    },

    /** Told to stay where the customer is: the cool-off and the entitlement begin anew. */
    confirm: async (tx: Tx, ladder: Ladder, move: Move): Promise<void> => {
      const now = clock.now()
      await write(tx, ladder, move)
      await changeTier(tx, ladder.name, move.externalUserId, {
        held_from: now,
        entitled_until: entitledUntil(move.to, now) ?? null,
      })
    },

    /** Sets when the entitlement ends. */
    setEnd: (tx: Tx, ladder: Ladder, externalUserId: string, untilMs: number): Promise<void> =>
      changeTier(tx, ladder.name, externalUserId, { entitled_until: untilMs }),

    /** Puts customers who are on no level yet where they belong. Whoever is above the last level is told of on the timeline,
     *  but no journey begins and no hand-over is proposed: nobody rose. Safe to repeat. */
    place: placeOn,

    /** The same for one customer on several ladders. Gives where they stand when that is new on each of them and nothing
     *  else came of it; the rows are then this transaction's alone. */
    placeOnAll: async (
      tx: Tx,
      placings: readonly (Placing & { ladder: Ladder })[],
    ): Promise<CustomerTier[] | undefined> => {
      if (placings.every((one) => isPlain(one.ladder, one))) return placeOnAll(tx, placings, clock.now())
      for (const { ladder, ...placing } of placings) await placeOn(tx, ladder, [placing])
      return undefined
    },

    /** Somebody new speaks for us with this customer: the tag goes on there, too. */
    tagAgain: async (
      tx: Tx,
      ladder: Ladder,
      who: { externalUserId: string; level: Level; key: string; reason: Reason },
    ) => keepTag(tx, ladder, who.level, who),
  }
}
export type Moves = ReturnType<typeof createMoves>
