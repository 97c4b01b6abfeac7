import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import type { Paging } from '../paging.ts'
import { int, need, text, texts } from '../params.ts'
import { refuse } from '../refusal.ts'
import { finishTransfers, startTransfer } from '../transfers.ts'
import type { Staff } from '../world.ts'
import { groupHandoverEndpoints } from './group-handovers.ts'
import { needOnJob, needResigned, needTakeover } from './handover-members.ts'

const PAGE = 1_000
/** page_id reaches no further. Docs 92124. */
const MOST_BY_PAGE = 50_000
const members = { handover_userid: need(text()), takeover_userid: need(text()) }

interface Ask {
  handover_userid: string
  takeover_userid: string
  transfer_success_msg?: string | undefined
}

function begin(desk: Desk, ask: Ask, handover: Staff, externalUserIds: string[]) {
  finishTransfers(desk)
  const takeover = needTakeover(desk, ask.takeover_userid)
  if (takeover.userId === handover.userId) refuse(40130, 'same member')
  const message = ask.transfer_success_msg
  return externalUserIds.map((externalUserId) => ({
    external_userid: externalUserId,
    errcode: startTransfer(desk, {
      handoverUserId: handover.userId,
      takeover,
      externalUserId,
      resigned: handover.left,
      ...(message === undefined ? {} : { successMessage: message }),
    }),
  }))
}

const resultOf = (paging: Paging, path: string, resigned: boolean) =>
  endpoint({
    path: `/cgi-bin/externalcontact/${path}`,
    method: 'POST',
    params: { ...members, cursor: text() },
    empty: { customer: [], next_cursor: '' },
    handle: (p, desk) => {
      finishTransfers(desk)
      const { rows, nextCursor } = paging(p.cursor, PAGE, () =>
        [...desk.world.transfers.values()].flatMap((all) => {
          const latest = all.findLast(
            (one) =>
              one.handoverUserId === p.handover_userid &&
              one.takeoverUserId === p.takeover_userid &&
              one.resigned === resigned,
          )
          if (latest === undefined) return []
          const isTold = latest.status === 2 || desk.clock.now() >= latest.takeoverAtMs + desk.moods.resultLagMs
          const status = isTold ? latest.status : 2
          const takeoverTime = status <= 2 ? { takeover_time: toSec(latest.takeoverAtMs) } : {}
          return [{ external_userid: latest.externalUserId, status, ...takeoverTime }]
        }),
      )
      return { customer: rows, next_cursor: nextCursor }
    },
  })

function unassigned({ world }: Desk) {
  return [...world.staff.values()]
    .filter((staff) => staff.left)
    .flatMap((staff) =>
      [...(world.followsByUser.get(staff.userId)?.keys() ?? [])].map((externalUserId) => ({
        handover_userid: staff.userId,
        external_userid: externalUserId,
        dimission_time: toSec(staff.leftAtMs ?? 0),
      })),
    )
}

/** Customers and groups get another guide (继承). Docs 92125, 94088, 92124, 94081, 94082. */
export function handoverEndpoints(paging: Paging) {
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/transfer_customer',
      method: 'POST',
      params: { ...members, external_userid: need(texts({ max: 100 })), transfer_success_msg: text({ chars: 200 }) },
      empty: { customer: [] },
      handle: (p, desk) => ({ customer: begin(desk, p, needOnJob(desk, p.handover_userid), p.external_userid) }),
    }),
    resultOf(paging, 'transfer_result', false),
    endpoint({
      path: '/cgi-bin/externalcontact/resigned/transfer_customer',
      method: 'POST',
      params: { ...members, external_userid: need(texts({ max: 100 })) },
      empty: { customer: [] },
      handle: (p, desk) => ({ customer: begin(desk, p, needResigned(desk, p.handover_userid), p.external_userid) }),
    }),
    resultOf(paging, 'resigned/transfer_result', true),
    endpoint({
      path: '/cgi-bin/externalcontact/get_unassigned_list',
      method: 'POST',
      params: { page_id: int({ min: 0 }), page_size: int({ min: 1, max: PAGE }), cursor: text() },
      empty: { info: [], is_last: true, next_cursor: '' },
      handle: (p, desk) => {
        finishTransfers(desk)
        const size = p.page_size ?? PAGE
        if (p.page_id === undefined || p.cursor) {
          const { rows, nextCursor } = paging(p.cursor, size, () => unassigned(desk))
          return { info: rows, is_last: nextCursor === '', next_cursor: nextCursor }
        }
        const start = p.page_id * size
        if (start + size > MOST_BY_PAGE) refuse(40058, 'beyond 50,000 rows only by cursor')
        const all = unassigned(desk)
        return { info: all.slice(start, start + size), is_last: start + size >= all.length, next_cursor: '' }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/transfer',
      method: 'POST',
      params: { ...members, external_userid: need(text()), transfer_success_msg: text({ chars: 200 }) },
      handle: (p, desk) => {
        const isLeft = desk.world.staff.get(p.handover_userid)?.left === true
        const handover = isLeft ? needResigned(desk, p.handover_userid) : needOnJob(desk, p.handover_userid)
        const errcode = begin(desk, p, handover, [p.external_userid])[0]?.errcode ?? 0
        if (errcode !== 0) refuse(errcode, 'not transferred')
        return {}
      },
    }),
    ...groupHandoverEndpoints(),
  ]
}
