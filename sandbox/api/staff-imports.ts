import type { Desk } from '../desk.ts'
import { type ImportJob, profileOf } from '../directory.ts'
import { endpoint } from '../endpoint.ts'
import { bool, ints, need, object, text, texts } from '../params.ts'
import { refuse } from '../refusal.ts'
import { findStaff } from '../relations.ts'
import { needMedia } from './attachments.ts'

const KEPT_JOBS = 5
type Row = Record<string, string>

/** Lines of a CSV by the Chinese names of the template's columns; no quotes, as in the template. */
function readCsv(desk: Desk, mediaId: string): Row[] {
  needMedia(desk, mediaId, 'file')
  const csv =
    desk.world.media
      .get(mediaId)
      ?.bytes.toString('utf8')
      .replace(/^\uFEFF/, '') ?? ''
  const [head, ...lines] = csv.split(/\r?\n/).filter((line) => line.trim() !== '')
  const names = head?.split(',').map((name) => name.trim()) ?? []
  return lines.map((line) => Object.fromEntries(line.split(',').map((cell, at) => [names[at] ?? '', cell.trim()])))
}

const noDoubles = (keys: (string | undefined)[], errcode: number): void => {
  if (keys.some((key) => !key)) refuse(40092, 'a line lacks its id')
  if (new Set(keys).size < keys.length) refuse(errcode, 'an id stands twice in the file')
}

/** Members of the file are made or changed; `replaces`: all others leave. */
function importMembers(desk: Desk, rows: Row[], replaces: boolean): Record<string, unknown>[] {
  const { world } = desk
  const result = rows.map((row) => {
    const userId = row.帐号 ?? ''
    const departments = (row.所在部门 ?? '1').split(';').map(Number)
    const before = findStaff(world, userId)
    const outcome = { action: before ? 2 : 1, userid: userId }
    if (departments.some((id) => !world.departments.has(id)))
      return { ...outcome, errcode: 60123, errmsg: 'department' }
    const position = row.职务 ?? ''
    if (before) Object.assign(before, { name: row.姓名 ?? before.name, departments, position })
    else {
      const made = {
        userId,
        name: row.姓名 ?? userId,
        departments,
        position,
        canContact: false,
        gender: 0,
        left: false,
      } as const
      world.staff.set(userId, made)
    }
    const profile = profileOf(world.directory, userId)
    world.directory.profiles.set(userId, { ...profile, ...(row.手机 ? { mobile: row.手机 } : {}) })
    return { ...outcome, errcode: 0, errmsg: 'ok' }
  })
  const named = new Set(rows.map((row) => row.帐号))
  for (const staff of replaces ? world.staff.values() : []) {
    if (staff.left || named.has(staff.userId)) continue
    staff.left = true
    staff.leftAtMs = desk.clock.now()
    result.push({ action: 3, userid: staff.userId, errcode: 0, errmsg: 'ok' })
  }
  return result
}

function importParties({ world }: Desk, rows: Row[]): Record<string, unknown>[] {
  return rows.map((row) => {
    const id = Number(row.部门ID)
    const parentId = Number(row.父部门ID ?? 1)
    const outcome = { action: world.departments.has(id) ? 2 : 1, partyid: id }
    if (!world.departments.has(parentId) && parentId !== 0) return { ...outcome, errcode: 60004, errmsg: 'parent' }
    world.departments.set(id, { id, name: row.部门名称 ?? String(id), parentId })
    return { ...outcome, errcode: 0, errmsg: 'ok' }
  })
}

/** Imports of the whole directory, by file; and invitations. Docs 90980–90983, 90975. */
export function staffImportEndpoints() {
  const file = {
    media_id: need(text(), 41006),
    callback: object({ url: need(text()), token: need(text()), encodingaeskey: need(text()) }),
  }
  const start = (desk: Desk, type: ImportJob['type'], isTold: boolean, run: () => Record<string, unknown>[]) => {
    const { jobs } = desk.world.directory
    if (jobs.some((job) => !job.isDone)) refuse(302008, 'an import is running')
    const job: ImportJob = { jobId: `S${desk.random.text(42)}`, type, isDone: false, rows: [] }
    jobs.push(job)
    desk.background.run(async () => {
      job.rows = run()
      job.isDone = true
      desk.changed()
      if (!isTold) return
      desk.callbacks.send('batch_job_result', [
        [
          'BatchJob',
          [
            ['JobId', job.jobId],
            ['JobType', type],
            ['ErrCode', 0],
            ['ErrMsg', 'ok'],
          ],
        ],
      ])
    })
    return { jobid: job.jobId }
  }
  const members = (path: string, type: 'sync_user' | 'replace_user') =>
    endpoint({
      path,
      method: 'POST',
      secret: 'contacts',
      params: { ...file, to_invite: bool() },
      handle: (p, desk) => {
        const rows = readCsv(desk, p.media_id)
        noDoubles(
          rows.map((row) => row.帐号),
          302003,
        )
        // A file that would empty the corp is refused.
        if (type === 'replace_user' && rows.length * 2 < [...desk.world.staff.values()].filter((s) => !s.left).length) {
          refuse(45026, 'would delete too many members')
        }
        return start(desk, type, p.callback !== undefined, () => importMembers(desk, rows, type === 'replace_user'))
      },
    })
  return [
    members('/cgi-bin/batch/syncuser', 'sync_user'),
    members('/cgi-bin/batch/replaceuser', 'replace_user'),
    endpoint({
      path: '/cgi-bin/batch/replaceparty',
      method: 'POST',
      secret: 'contacts',
      params: file,
      handle: (p, desk) => {
        const rows = readCsv(desk, p.media_id)
        noDoubles(
          rows.map((row) => row.部门ID),
          302006,
        )
        return start(desk, 'replace_party', p.callback !== undefined, () => importParties(desk, rows))
      },
    }),
    endpoint({
      path: '/cgi-bin/batch/getresult',
      method: 'GET',
      secret: 'contacts',
      params: { jobid: need(text(), 40088) },
      handle: (p, { world }) => {
        const { jobs } = world.directory
        const job = jobs.find((one) => one.jobId === p.jobid) ?? refuse(40088, 'jobid not found')
        if (jobs.indexOf(job) < jobs.length - KEPT_JOBS) refuse(40089, 'result of the job is gone')
        const { isDone, type, rows } = job
        const percentage = isDone ? 100 : 0
        return { status: isDone ? 3 : 2, type, total: rows.length, percentage, result: rows }
      },
    }),
    endpoint({
      path: '/cgi-bin/batch/invite',
      method: 'POST',
      params: {
        user: texts({ max: 1_000, tooMany: 40032 }),
        party: ints({ max: 100, tooMany: 82002 }),
        tag: ints({ max: 100, tooMany: 82003 }),
      },
      handle: (p, { world }) => {
        const [user, party, tag] = [p.user ?? [], p.party ?? [], p.tag ?? []]
        if (user.length + party.length + tag.length === 0) refuse(82001, 'nobody named')
        const invaliduser = user.filter((id) => !findStaff(world, id))
        const invalidparty = party.filter((id) => !world.departments.has(id))
        const invalidtag = tag.filter((id) => !world.directory.tags.has(id))
        const wrong = invaliduser.length + invalidparty.length + invalidtag.length
        if (wrong === user.length + party.length + tag.length) refuse(81013, 'nobody of them exists')
        return { invaliduser, invalidparty, invalidtag }
      },
    }),
  ]
}
