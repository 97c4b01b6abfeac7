import type { Desk } from '../desk.ts'
import { DeskError } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import { failTransfer, isWaiting, startTransfer, transfersOf } from '../transfers.ts'

/** What a customer and an administrator do about handovers (继承). */
export function transferControls(desk: Desk) {
  return {
    /** An administrator hands a customer over in the console; ends as one begun through the API. */
    handOverInConsole: async (input: { fromUserId: string; toUserId: string; externalUserId: string }) => {
      const { fromUserId, toUserId, externalUserId } = input
      const from = desk.world.staff.get(fromUserId)
      const takeover = findStaff(desk.world, toUserId)
      if (!from || !takeover) throw new DeskError('没有这位员工')
      const errcode = startTransfer(desk, {
        handoverUserId: fromUserId,
        takeover,
        externalUserId,
        resigned: from.left,
      })
      if (errcode !== 0) throw new DeskError(`转接没有开始：${errcode}`)
    },
    /** The customer does not want the new guide; only while the handover waits. */
    refuseTransfer: async (input: { externalUserId: string }): Promise<void> => {
      const waiting = transfersOf(desk, input.externalUserId).find(isWaiting)
      if (!waiting) throw new DeskError('这位顾客没有等待中的继承')
      failTransfer(desk, waiting, 'customer_refused')
    },
    /** How many customers a member may have; without `most`: no limit. */
    limitCustomers: async (input: { userId: string; most?: number }): Promise<void> => {
      const staff = desk.world.staff.get(input.userId)
      if (!staff || staff.left) throw new DeskError('没有这位员工')
      if (input.most === undefined) delete staff.customerLimit
      else staff.customerLimit = input.most
    },
  }
}
