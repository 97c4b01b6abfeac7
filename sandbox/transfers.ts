import { DAY_MS, shanghaiDaysBetween } from '../server/core/kernel/shanghai.ts'
import type { Desk } from './desk.ts'
import { addMessage, dropFollow, findFollow, findStaff, putFollow } from './relations.ts'
import type { Follow, Staff, Transfer, TransferStatus } from './world.ts'

/** The customer has a day to refuse. Docs 92125. */
const WAITS_MS = DAY_MS
const MOST_IN_90_DAYS = 2
/** Assigned by another member or an administrator. */
const ADD_WAY_ASSIGNED = 202

export interface TransferWish {
  handoverUserId: string
  takeover: Staff
  externalUserId: string
  resigned: boolean
  successMessage?: string
}

export const isWaiting = (transfer: Transfer): boolean => transfer.status === 2
export const transfersOf = ({ world }: Desk, externalUserId: string): Transfer[] =>
  world.transfers.get(externalUserId) ?? []

const isFull = ({ world }: Desk, staff: Staff): boolean =>
  staff.customerLimit !== undefined && (world.followsByUser.get(staff.userId)?.size ?? 0) >= staff.customerLimit

/** The errcode for this one customer; 0: begun, not done. */
export function startTransfer(desk: Desk, wish: TransferWish): number {
  const { world, clock } = desk
  const { handoverUserId, takeover, externalUserId, resigned } = wish
  if (!world.customers.has(externalUserId)) return 40096
  const follow = findFollow(world, handoverUserId, externalUserId)
  if (!follow) return 40131
  if (follow.deletedByCustomer) return 84061
  const earlier = transfersOf(desk, externalUserId)
  if (earlier.some(isWaiting)) return 40100
  const nowMs = clock.now()
  const recent = earlier.filter((one) => one.status === 1 && shanghaiDaysBetween(one.takeoverAtMs, nowMs) < 90)
  if (!resigned && recent.length >= MOST_IN_90_DAYS) return 40128
  const isFriend = findFollow(world, takeover.userId, externalUserId)?.deletedByCustomer === false
  if (!isFriend && isFull(desk, takeover)) return 40099
  const transfer: Transfer = {
    handoverUserId,
    takeoverUserId: takeover.userId,
    externalUserId,
    resigned,
    startedAtMs: nowMs,
    takeoverAtMs: isFriend ? nowMs : nowMs + WAITS_MS,
    status: 2,
    ...(wish.successMessage === undefined ? {} : { successMessage: wish.successMessage }),
  }
  world.transfers.set(externalUserId, [...earlier, transfer])
  if (isFriend) finish(desk, transfer)
  desk.changed()
  return 0
}

/** Ends what has waited its day; called whenever the clock may have moved. */
export function finishTransfers(desk: Desk): void {
  const nowMs = desk.clock.now()
  for (const transfers of desk.world.transfers.values()) {
    for (const transfer of transfers) if (isWaiting(transfer) && transfer.takeoverAtMs <= nowMs) finish(desk, transfer)
  }
}

function end(desk: Desk, transfer: Transfer, status: TransferStatus): void {
  transfer.status = status
  transfer.takeoverAtMs = desk.clock.now()
  desk.changed()
}

export function failTransfer(desk: Desk, transfer: Transfer, why: 'customer_refused' | 'customer_limit_exceed'): void {
  end(desk, transfer, why === 'customer_refused' ? 3 : 4)
  desk.callbacks.send('change_external_contact', [
    ['ChangeType', 'transfer_fail'],
    ['FailReason', why],
    ['UserID', transfer.takeoverUserId],
    ['ExternalUserID', transfer.externalUserId],
  ])
}

/** The follow moves with its remark and tags; only on-job handovers tell of the old member's loss (docs 92130). */
function finish(desk: Desk, transfer: Transfer): void {
  const { world, callbacks } = desk
  const { handoverUserId, takeoverUserId, externalUserId } = transfer
  const before = findFollow(world, handoverUserId, externalUserId)
  const takeover = findStaff(world, takeoverUserId)
  if (!before || !takeover) {
    end(desk, transfer, 5)
    return
  }
  const held = findFollow(world, takeoverUserId, externalUserId)
  const isFriend = held?.deletedByCustomer === false
  if (!isFriend && isFull(desk, takeover)) {
    failTransfer(desk, transfer, 'customer_limit_exceed')
    return
  }
  end(desk, transfer, 1)
  dropFollow(world, before)
  if (!transfer.resigned) {
    callbacks.send('change_external_contact', [
      ['ChangeType', 'del_external_contact'],
      ['UserID', handoverUserId],
      ['ExternalUserID', externalUserId],
      ['Source', 'DELETE_BY_TRANSFER'],
    ])
  }
  if (!isFriend) join(desk, transfer, before)
}

function join(desk: Desk, transfer: Transfer, before: Follow): void {
  const { world, clock, callbacks } = desk
  const { takeoverUserId, externalUserId } = transfer
  const customer = world.customers.get(externalUserId)
  if (!customer) return
  const { remark, description, remarkCompany, remarkMobiles, tagIds } = before
  putFollow(world, customer, {
    userId: takeoverUserId,
    addedAtMs: clock.now(),
    addWay: ADD_WAY_ASSIGNED,
    operUserId: transfer.handoverUserId,
    remark,
    description,
    remarkCompany,
    remarkMobiles: [...remarkMobiles],
    tagIds: new Set(tagIds),
  })
  const text = transfer.successMessage ?? '您好，您的服务已升级，后续将由我的同事接替我的工作，继续为您服务。'
  const from = { from: 'system', kind: 'notice', via: 'transfer', userId: takeoverUserId, externalUserId } as const
  addMessage(world, { ...from, text, atMs: clock.now() })
  callbacks.send('change_external_contact', [
    ['ChangeType', 'add_external_contact'],
    ['UserID', takeoverUserId],
    ['ExternalUserID', externalUserId],
  ])
}
