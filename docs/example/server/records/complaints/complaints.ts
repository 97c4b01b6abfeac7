import { sql } from '../../core/db/sql.ts'
import type { Outbox } from '../../engine/actions/outbox.ts'
import { subscribe } from '../../engine/inbox/subscription.ts'
import type { Wecom } from '../../platform/wecom/wecom.ts'
import { createTold, type ToldDeps } from '../told/told.ts'
import { ComplaintMade } from './complaint-events.ts'
import { COMPLAINT } from './complaint-tables.ts'
import { parseComplaint, type RecordComplaintDeps, recordComplaint, settleComplaint } from './record-complaint.ts'
import { remindJob } from './remind.ts'
import { tellGuide, tellingExecutor } from './tell-guide.ts'

export interface ComplaintsDeps extends RecordComplaintDeps, ToldDeps {
  clock: ToldDeps['clock']
  customers: ToldDeps['customers']
  outbox: Outbox
  wecom: Pick<Wecom, 'messages'>
}

/** What customers complained of. POST /api/complaints: `200 { result, matched }`. */
export function createComplaints(deps: ComplaintsDeps) {
  const told = createTold(deps, {
    name: 'complaints',
    path: '/api/complaints',
    parse: parseComplaint,
    record: (tx, message) => recordComplaint(tx, message, deps),
    waiting: {
      table: COMPLAINT,
      isWaiting: sql`${COMPLAINT.external_userid} IS NULL`,
      age: COMPLAINT.received_at,
      toldSince: (fromMs) => sql`${COMPLAINT.received_at} > ${fromMs}`,
    },
    settle: (tx, id) => settleComplaint(tx, id, deps),
  })
  return {
    ...told,
    jobs: [...told.jobs, remindJob(deps)],
    executors: [tellingExecutor(deps.wecom)],
    subscriptions: [
      subscribe('complaints.tell-guide', ComplaintMade, (tx, { payload: { complaintId, externalUserId, about } }) =>
        tellGuide(tx, deps.outbox, { key: complaintId, externalUserId, text: `客户投诉：${about}` }),
      ),
    ],
  }
}
