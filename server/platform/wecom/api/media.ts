import Type, { type Static } from 'typebox'
import { LASTING_IMAGE_BYTES, URL_BYTES } from '../../../core/kernel/wecom-limits.ts'
import { openOutgoing } from '../../../core/outgoing/outgoing.ts'
import type { Call } from '../call.ts'
import { get, post } from '../wire/endpoint.ts'
import { Bytes } from '../wire/text-limits.ts'
import { WecomUnreachable } from '../wire/wecom-error.ts'
import { Id, optionalInteger, optionalText } from './common.ts'
import {
  checkFile,
  checkKind,
  checkMomentPicture,
  formOf,
  LARGEST,
  LARGEST_ATTACHMENT,
  type MediaFile,
  type MediaType,
} from './media-file.ts'

export type { MediaFile, MediaType }

const UPLOAD_TIMEOUT_MS = 45_000

// created_at: unix seconds as text, in some answers as a number.
const Uploaded = Type.Object({
  media_id: Id,
  type: optionalText,
  created_at: Type.Optional(Type.Union([Type.String(), Type.Integer()])),
})
const Upload = post({
  path: '/cgi-bin/media/upload',
  timeoutMs: UPLOAD_TIMEOUT_MS,
  request: Type.Object({ type: Type.String() }),
  answer: Uploaded,
})
const UploadImage = post({
  path: '/cgi-bin/media/uploadimg',
  timeoutMs: UPLOAD_TIMEOUT_MS,
  request: Type.Object({}),
  answer: Type.Object({ url: Type.String({ minLength: 1 }) }),
})
const UploadAttachment = post({
  path: '/cgi-bin/media/upload_attachment',
  timeoutMs: UPLOAD_TIMEOUT_MS,
  request: Type.Object({ media_type: Type.String(), attachment_type: Type.Integer({ minimum: 1, maximum: 2 }) }),
  answer: Uploaded,
})
const UploadByUrl = post({
  path: '/cgi-bin/media/upload_by_url',
  request: Type.Object({
    /** 1: customer contact. */
    scene: Type.Literal(1),
    type: Type.Union([Type.Literal('video'), Type.Literal('file')]),
    url: Type.Refine(
      Bytes(URL_BYTES, '素材网址'),
      (value) => /^https?:\/\//i.test(value),
      () => '「素材网址」要以 http:// 或 https:// 开头',
    ),
    filename: Bytes(512, '素材文件名'),
    /** 32 hexadecimal digits. */
    md5: Type.Refine(
      Type.String(),
      (value) => /^[0-9a-f]{32}$/i.test(value),
      () => '「素材 MD5」要是 32 位十六进制',
    ),
  }),
  answer: Type.Object({ jobid: Id }),
})
const UploadByUrlResult = post({
  path: '/cgi-bin/media/get_upload_by_url_result',
  repeatable: true,
  request: Type.Object({ jobid: Id }),
  answer: Type.Object({
    /** 1 under way, 2 done, 3 failed. */
    status: Type.Integer(),
    detail: Type.Optional(
      Type.Object({
        errcode: optionalInteger,
        media_id: optionalText,
        created_at: Type.Optional(Type.Union([Type.String(), Type.Integer()])),
      }),
    ),
  }),
})
const File = Type.Object({
  bytes: Type.Refine(
    Type.Unsafe<Buffer>(Type.Any()),
    (value) => Buffer.isBuffer(value),
    () => 'no file',
  ),
  contentType: Type.String(),
})
const fileAt = (path: string) =>
  get({ path, timeoutMs: UPLOAD_TIMEOUT_MS, binary: true, request: Type.Object({ media_id: Id }), answer: File })
const Get = fileAt('/cgi-bin/media/get')
const GetVoice = fileAt('/cgi-bin/media/get/jssdk')

/** Images, voices, videos and files. */
/** WeCom's addresses lead straight to the file; one that leads elsewhere could lead into the inner network: redirects are not followed. */
const files = openOutgoing({ mostBytes: LARGEST.file, keptMs: 1_000 })

export const createMedia = (call: Call) => ({
  /** Temporary: media_id lives 3 days. Image ≤10 MB jpg/png, voice ≤2 MB amr, video ≤10 MB mp4, file ≤20 MB. Repeating
   *  gives another id and does no harm. Doc 90253. */
  upload: async ({ type, ...file }: MediaFile & { type: MediaType }) => {
    checkFile(Upload.path, file, type, LARGEST[type])
    return call(Upload, { type }, { form: formOf(file) })
  },
  /** Permanent url of an image (jpg/png, ≤2 MB), shown inside WeCom only. 1,000 a day and 3,000 a month per corp, so keep
   *  the answer. Doc 90256. */
  uploadImage: async (file: MediaFile) => {
    checkFile(UploadImage.path, file, 'image', LASTING_IMAGE_BYTES)
    return call(UploadImage, {}, { form: formOf(file) })
  },
  /** For moments (image ≤1440×1080 pixels, video ≤30 s, file) or product albums (image), each ≤10 MB; the id lives 3 days
   *  and is good for that use only (41072). Repeating gives another id and does no harm. Doc 95098. */
  uploadAttachment: async (
    input:
      | (MediaFile & { use: 'moment'; type: 'image' | 'video' | 'file' })
      | (MediaFile & { use: 'album'; type: 'image' }),
  ) => {
    const { use, type, ...file } = input
    checkFile(UploadAttachment.path, file, type, LARGEST_ATTACHMENT)
    if (use === 'moment' && type === 'image') checkMomentPicture(UploadAttachment.path, file.bytes)
    const attachment_type = use === 'moment' ? 1 : 2
    return call(UploadAttachment, { media_type: type, attachment_type }, { form: formOf(file) })
  },
  /** WeCom fetches a video or file of ≤200 MB itself; the address must allow range requests. `md5` of the whole file. Ends
   *  with the event upload_media_job_finish. Doc 96219. */
  uploadByUrl: async (body: Omit<Static<typeof UploadByUrl.request>, 'scene'>) => {
    checkKind(UploadByUrl.path, body.filename, body.type)
    return call(UploadByUrl, { scene: 1, ...body })
  },
  /** What became of it: `detail.media_id` when status is 2, `detail.errcode` when 3. Safe to repeat. Doc 96219. */
  uploadByUrlResult: (jobid: string) => call(UploadByUrlResult, { jobid }),
  /** The bytes (≤16 MB) behind a temporary media id. Throws 40007 after three days. Safe to repeat. Doc 90254. */
  get: (media_id: string) => call(Get, { media_id }),
  /** Voice recorded by a page, 16 kHz speex. Throws 40007. Safe to repeat. Doc 90255. */
  getVoice: (media_id: string) => call(GetVoice, { media_id }),
  /** Bytes (≤20 MB) of an address that WeCom gave us, such as a QR code. Throws WecomUnreachable. Safe to repeat. */
  download: async (url: string): Promise<{ bytes: Buffer; contentType: string }> => {
    try {
      const { status, headers, bytes } = await files.request({ method: 'GET', url, timeoutMs: UPLOAD_TIMEOUT_MS })
      if (status < 200 || status >= 300) throw new Error(`HTTP ${status}`)
      return { bytes, contentType: String(headers['content-type'] ?? '') }
    } catch {
      // The fault holds the address, which may carry a key.
      throw new WecomUnreachable('download', 'the file could not be fetched', { mayHaveHappened: false })
    }
  },
})
