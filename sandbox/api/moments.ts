import { DAY_MS, MINUTE_MS } from '../../server/core/kernel/shanghai.ts'
import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import type { Moment, MomentJob, MomentTask } from '../moments.ts'
import type { Paging } from '../paging.ts'
import { int, ints, need, object, text, texts } from '../params.ts'
import { drawPublication } from '../publish-moment.ts'
import { createQuota } from '../quota.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import { momentContentParams, readMomentContent } from './moment-content.ts'
import { momentResultEndpoints } from './moment-results.ts'
import { isReady, JOB_MS, needCompanyMoment } from './need-moment.ts'

const MAX_SPAN_SEC = (30 * DAY_MS) / 1000

function sendersOf(desk: Desk, given: { user_list?: string[] | undefined; department_list?: number[] | undefined }) {
  const { world } = desk
  const isEverybody = !given.user_list?.length && !given.department_list?.length
  const found = new Set<string>()
  const invalidUsers: string[] = []
  for (const id of given.user_list ?? []) {
    const staff = findStaff(world, id)
    if (staff?.canContact) found.add(staff.userId)
    else invalidUsers.push(id)
  }
  const departments = (given.department_list ?? []).filter((id) => world.departments.has(id))
  for (const staff of world.staff.values()) {
    if (staff.left || !staff.canContact) continue
    if (isEverybody || staff.departments.some((id) => departments.includes(id))) found.add(staff.userId)
  }
  const invalidDepartments = (given.department_list ?? []).filter((id) => !world.departments.has(id))
  return { found, invalidUsers, invalidDepartments }
}

const jobResult = (job: MomentJob) => ({
  errcode: job.momentId === undefined ? 41061 : 0,
  errmsg: job.momentId === undefined ? 'no valid sender' : 'ok',
  ...(job.momentId === undefined ? {} : { moment_id: job.momentId }),
  invalid_sender_list: { user_list: job.invalidUsers, department_list: job.invalidDepartments },
  invalid_external_contact_list: { tag_list: job.invalidTags },
})

function momentRow(moment: Moment) {
  const of = (kind: string) => moment.attachments.filter((one) => one.msgtype === kind).map((one) => one[kind])
  const [video] = of('video')
  const [link] = of('link') as { title: string; url: string }[] // read by the shape of a link
  return {
    moment_id: moment.momentId,
    creator: moment.creator,
    create_time: toSec(moment.createdAtMs),
    create_type: moment.createType,
    visible_type: moment.tagIds.length > 0 ? 0 : 1,
    ...(moment.text === undefined ? {} : { text: { content: moment.text } }),
    ...(of('image').length === 0 ? {} : { image: of('image') }),
    ...(video === undefined ? {} : { video }),
    ...(link === undefined ? {} : { link: { title: link.title, url: link.url } }),
  }
}

/** 客户朋友圈: a job makes a task for each sender, who publishes by a tap. Docs 95094, 93333, 97612. */
export function momentEndpoints(paging: Paging) {
  const creations = createQuota(10, MINUTE_MS)
  const momentId = { moment_id: need(text(), 41059) }
  return [
    endpoint({
      path: '/cgi-bin/externalcontact/add_moment_task',
      method: 'POST',
      params: {
        ...momentContentParams,
        visible_range: object({
          sender_list: object({ user_list: texts({ max: 100_000 }), department_list: ints() }),
          external_contact_list: object({ tag_list: texts() }),
        }),
      },
      empty: { jobid: '' },
      handle: (p, desk) => {
        const { world, clock, random } = desk
        creations.spend(clock.now())
        const content = readMomentContent(p, desk)
        const senders = sendersOf(desk, p.visible_range?.sender_list ?? {})
        const tagIds = p.visible_range?.external_contact_list?.tag_list ?? []
        const isTag = (id: string): boolean => world.tags.get(id)?.deleted === false
        const job: MomentJob = {
          jobId: `jobSandbox${random.text(40)}`,
          createdAtMs: clock.now(),
          invalidUsers: senders.invalidUsers,
          invalidDepartments: senders.invalidDepartments,
          invalidTags: tagIds.filter((id) => !isTag(id)),
        }
        world.moments.jobs.set(job.jobId, job)
        if (senders.found.size > 0) {
          job.momentId = `momSandbox${random.text(22)}`
          const tasks = new Map<string, MomentTask>()
          for (const userId of senders.found) tasks.set(userId, { userId, visibleTo: [], shownTo: [] })
          const moment: Moment = {
            momentId: job.momentId,
            creator: '',
            createType: 0,
            createdAtMs: clock.now(),
            ...content,
            tagIds,
            cancelled: false,
            tasks,
            replies: [],
          }
          world.moments.byId.set(job.momentId, moment)
          for (const userId of tasks.keys()) drawPublication(desk, moment, userId)
        }
        desk.changed()
        return { jobid: job.jobId }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/get_moment_task_result',
      method: 'GET',
      params: { jobid: need(text()) },
      handle: (p, { world, clock }) => {
        const job = world.moments.jobs.get(p.jobid) ?? refuse(40088, 'jobid not found')
        const ageMs = clock.now() - job.createdAtMs
        if (ageMs >= DAY_MS) refuse(40089, 'result of the job is gone')
        if (ageMs < JOB_MS) return { status: 2, type: 'add_moment_task' }
        return { status: 3, type: 'add_moment_task', result: jobResult(job) }
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/cancel_moment_task',
      method: 'POST',
      params: momentId,
      handle: (p, desk) => {
        needCompanyMoment(desk, p.moment_id).cancelled = true
        desk.changed()
        return {}
      },
    }),
    endpoint({
      path: '/cgi-bin/externalcontact/get_moment_list',
      method: 'POST',
      params: {
        start_time: need(int({ min: 1 })),
        end_time: need(int({ min: 1 })),
        creator: text(),
        filter_type: int({ min: 0, max: 2 }),
        limit: int({ min: 1, max: 20 }),
        cursor: text(),
      },
      empty: { next_cursor: '', moment_list: [] },
      handle: (p, { world, clock }) => {
        if (p.end_time < p.start_time || p.end_time - p.start_time > MAX_SPAN_SEC) refuse(40058, 'invalid time span')
        const filter = p.filter_type ?? 2
        const isAsked = (moment: Moment): boolean =>
          isReady(moment, clock.now()) &&
          toSec(moment.createdAtMs) >= p.start_time &&
          toSec(moment.createdAtMs) <= p.end_time &&
          (filter === 2 || filter === moment.createType) &&
          (p.creator === undefined || p.creator === moment.creator)
        const { rows, nextCursor } = paging(p.cursor, p.limit ?? 20, () =>
          [...world.moments.byId.values()].filter(isAsked).reverse().map(momentRow),
        )
        return { next_cursor: nextCursor, moment_list: rows }
      },
    }),
    ...momentResultEndpoints(paging),
  ]
}
