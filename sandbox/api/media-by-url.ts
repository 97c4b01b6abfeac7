import { createHash } from 'node:crypto'
import { type Desk, toSec } from '../desk.ts'
import { endpoint } from '../endpoint.ts'
import { int, need, text } from '../params.ts'
import { refuse } from '../refusal.ts'
import { checkKind, keepMedia } from './media-files.ts'

const MAX_BYTES = 200 * 1024 * 1024
const TIMEOUT_MS = 60_000
const DONE = { status: 2 } as const
const FAILED = { status: 3 } as const

interface UploadJob {
  status: 1 | 2 | 3
  errcode: number
  errmsg: string
  mediaId?: string
  createdAtMs?: number
}

/** The bytes behind an address, asked for in a range as the platform does. */
async function download(url: string): Promise<Buffer | { errcode: number; errmsg: string }> {
  const failed = { errcode: 830003, errmsg: 'download failed' }
  try {
    const answer = await fetch(url, { headers: { range: 'bytes=0-' }, signal: AbortSignal.timeout(TIMEOUT_MS) })
    if (!answer.ok) return failed
    const bytes = Buffer.from(await answer.arrayBuffer())
    return bytes.length > MAX_BYTES ? { errcode: 830002, errmsg: 'file too large' } : bytes
  } catch {
    return failed
  }
}

/** Large files that the platform fetches itself; it ends with an event. Docs 96219. */
export function mediaByUrlEndpoints() {
  const jobs = new Map<string, UploadJob>()

  async function fetchFile(
    desk: Desk,
    job: UploadJob,
    p: { type: string; url: string; filename: string; md5: string },
  ) {
    const bytes = await download(p.url)
    if (!Buffer.isBuffer(bytes)) return Object.assign(job, FAILED, bytes)
    const md5 = createHash('md5').update(bytes).digest('hex')
    if (md5 !== p.md5.toLowerCase()) return Object.assign(job, FAILED, { errcode: 301019, errmsg: 'md5 differs' })
    if (bytes.length <= 5) return Object.assign(job, FAILED, { errcode: 44001, errmsg: 'empty media data' })
    const contentType = p.type === 'video' ? 'video/mp4' : 'application/octet-stream'
    const part = { name: 'media', filename: p.filename, contentType, bytes }
    const media = keepMedia(desk, part, { type: p.type, maxBytes: MAX_BYTES })
    return Object.assign(job, DONE, { mediaId: media.mediaId, createdAtMs: media.createdAtMs })
  }

  return [
    endpoint({
      path: '/cgi-bin/media/upload_by_url',
      method: 'POST',
      params: {
        scene: need(int({ min: 1, max: 1 })),
        type: need(text(), 40004),
        url: need(text({ bytes: 2048 })),
        filename: need(text({ bytes: 512 })),
        md5: need(text()),
      },
      handle: (p, desk) => {
        if (p.type !== 'video' && p.type !== 'file') refuse(40004, 'invalid media type')
        if (!/^https?:\/\//i.test(p.url) || !URL.canParse(p.url)) refuse(830001, 'invalid url')
        if (!/^[0-9a-f]{32}$/i.test(p.md5)) refuse(301019, 'invalid md5')
        checkKind({ filename: p.filename, contentType: '' }, p.type)
        const jobId = `jobid_${desk.random.text(43)}`
        const job: UploadJob = { status: 1, errcode: 0, errmsg: 'ok' }
        jobs.set(jobId, job)
        desk.background.run(async () => {
          await fetchFile(desk, job, p)
          desk.callbacks.send('upload_media_job_finish', [['JobId', jobId]])
        })
        return { jobid: jobId }
      },
    }),
    endpoint({
      path: '/cgi-bin/media/get_upload_by_url_result',
      method: 'POST',
      params: { jobid: need(text()) },
      handle: (p) => {
        const { status, errcode, errmsg, mediaId, createdAtMs } = jobs.get(p.jobid) ?? refuse(40088, 'jobid not found')
        if (status === 1) return { status }
        const held = mediaId === undefined ? {} : { media_id: mediaId, created_at: toSec(createdAtMs ?? 0) }
        return { status, detail: { errcode, errmsg, ...held } }
      },
    }),
  ]
}
