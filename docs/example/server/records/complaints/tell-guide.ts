import Type from 'typebox'
import type { Tx } from '../../core/db/tx.ts'
import { defineAction, type Executor, execute } from '../../engine/actions/action-kind.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { customerQueries } from '../customers/customer-queries.ts'

/** A message of our app to the guide whose customer complained. */
const TellOfComplaint = defineAction(
  'complaint.tell',
  'event',
  Type.Object({ userId: Type.String(), text: Type.String({ minLength: 1 }) }),
)

/** Puts the message to the customer's guide on its way; nothing happens where nobody has this customer.
 *  `key`: ≤100 characters; the same key twice is one message. */
export async function tellGuide(
  tx: Tx,
  outbox: Outbox,
  { key, externalUserId, text }: { key: string; externalUserId: string; text: string },
): Promise<void> {
  const userId = await customerQueries.ownerOf(tx, externalUserId)
  if (userId === undefined) return
  await outbox.enqueue(tx, TellOfComplaint, {
    key: `complaint.tell:${key}`,
    payload: { userId, text },
    reason: { text: '客户投诉' },
    externalUserId,
    userId,
  })
}

export const tellingExecutor = ({ messages }: Pick<Wecom, 'messages'>): Executor =>
  execute(TellOfComplaint, {
    // WeCom drops the double of a repeated call.
    perform: ({ payload }) =>
      messages.send({
        touser: payload.userId,
        msgtype: 'text',
        text: { content: payload.text },
        enable_duplicate_check: 1,
        duplicate_check_interval: 1_800,
      }),
  })
