import { toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import type { Moment } from '../moments.ts'
import type { Paging } from '../paging.ts'
import { int, need, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import { JOB_MS, needCompanyMoment, needMoment } from './need-moment.ts'

/** For as long after that its tasks are still being handed out. */
const DISPATCH_MS = 1_000

function needPublished(moment: Moment, userId: string) {
  const task = moment.tasks.get(userId.toLowerCase()) ?? moment.tasks.get(userId)
  if (!task) return refuse(41061, 'not a sender of this moment')
  return task.publishedAtMs === undefined ? refuse(41062, 'not published by this member yet') : task
}

/** Who published a moment, who sees it and what they say to it. Docs 93333. */
export function momentResultEndpoints(paging: Paging) {
  const momentId = { moment_id: need(text(), 41059) }
  const page = { limit: int({ min: 1, max: 1000 }), cursor: text() }
  const repliesOf = (moment: Moment, publisher: string, kind: string) =>
    moment.replies
      .filter((reply) => reply.publisher === publisher && reply.kind === kind)
      .map(({ userId, externalUserId, atMs }) => ({
        ...(externalUserId === undefined ? { userid: userId } : { external_userid: externalUserId }),
        create_time: toSec(atMs),
      }))
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/get_moment_task',
      method: 'POST',
      params: { ...momentId, ...page },
      empty: { next_cursor: '', task_list: [] },
      handle: (p, desk) => {
        const moment = needCompanyMoment(desk, p.moment_id)
        if (desk.clock.now() - moment.createdAtMs < JOB_MS + DISPATCH_MS) refuse(41079, 'moment is being dispatched')
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 500, () =>
          [...moment.tasks.values()].map((task) => ({
            userid: task.userId,
            publish_status: task.publishedAtMs === undefined ? 0 : 1,
          })),
        )
        return { next_cursor: nextCursor, task_list: rows }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/get_moment_customer_list',
      method: 'POST',
      params: { ...momentId, userid: text(), ...page },
      empty: { next_cursor: '', customer_list: [] },
      handle: (p, desk) => {
        const moment = needMoment(desk, p.moment_id)
        const tasks = p.userid === undefined ? [...moment.tasks.values()] : [needPublished(moment, p.userid)]
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 500, () =>
          tasks.flatMap((task) => task.visibleTo.map((id) => ({ userid: task.userId, external_userid: id }))),
        )
        return { next_cursor: nextCursor, customer_list: rows }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/get_moment_send_result',
      method: 'POST',
      params: { ...momentId, userid: need(text()), limit: int({ min: 1, max: 5000 }), cursor: text() },
      empty: { next_cursor: '', customer_list: [] },
      handle: (p, desk) => {
        const task = needPublished(needMoment(desk, p.moment_id), p.userid)
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 3000, () =>
          task.shownTo.map((id) => ({ external_userid: id })),
        )
        return { next_cursor: nextCursor, customer_list: rows }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/get_moment_comments',
      method: 'POST',
      params: { ...momentId, userid: need(text()) },
      empty: { comment_list: [], like_list: [] },
      handle: (p, desk) => {
        const moment = needMoment(desk, p.moment_id)
        const { userId } = moment.tasks.get(p.userid) ?? refuse(41061, 'not a sender of this moment')
        return { comment_list: repliesOf(moment, userId, 'comment'), like_list: repliesOf(moment, userId, 'like') }
      },
    }),
  ]
}
