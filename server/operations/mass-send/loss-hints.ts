import type { LossHint } from '../../records/customers/resolve-loss.ts'
import type { BatchRow } from './send-tables.ts'

/** For customers of a batch of whom WeCom says, by the way, that they may be no friends of the guide who sends to them. `noFriendsAtMs`: when it says so for
 *  certain, UTC milliseconds. */
export const hintsOf = (
  batch: Pick<BatchRow, 'id'>,
  pairs: readonly { externalUserId: string; userId: string }[],
  { text, noFriendsAtMs }: { text: string; noFriendsAtMs?: number | undefined },
): LossHint[] =>
  pairs.map(({ externalUserId, userId }) => ({
    externalUserId,
    userId,
    ...(noFriendsAtMs === undefined ? {} : { noFriendsAtMs }),
    told: { key: `mass-send:${batch.id}:${externalUserId}`.slice(0, 120), text },
  }))
