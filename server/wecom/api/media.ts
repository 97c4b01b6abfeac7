import axios from 'axios'
import Type from 'typebox'
import type { Call } from '../call.ts'
import { post } from '../endpoint.ts'
import { WecomBadRequest, WecomUnreachable } from '../wecom-error.ts'
import { Id, optionalText } from './common.ts'

const MB = 1024 * 1024
const UPLOAD_TIMEOUT_MS = 45_000
const SMALLEST_BYTES = 5

/** Bytes. Docs 90253, 90256. */
const LARGEST = { image: 10 * MB, voice: 2 * MB, video: 10 * MB, file: 20 * MB } as const
const LARGEST_PERMANENT_IMAGE = 2 * MB

export type MediaType = keyof typeof LARGEST
export interface MediaFile {
  fileName: string
  bytes: Uint8Array
}

const Upload = post({
  path: '/cgi-bin/media/upload',
  timeoutMs: UPLOAD_TIMEOUT_MS,
  request: Type.Object({ type: Type.String() }),
  // created_at: unix seconds as text, in some answers as a number.
  answer: Type.Object({
    media_id: Id,
    type: optionalText,
    created_at: Type.Optional(Type.Union([Type.String(), Type.Integer()])),
  }),
})
const UploadImage = post({
  path: '/cgi-bin/media/uploadimg',
  timeoutMs: UPLOAD_TIMEOUT_MS,
  request: Type.Object({}),
  answer: Type.Object({ url: Type.String({ minLength: 1 }) }),
})

function check(path: string, { bytes }: MediaFile, largest: number): void {
  if (bytes.byteLength <= SMALLEST_BYTES) throw new WecomBadRequest(path, 'file size', '素材文件是空的，请检查文件')
  if (bytes.byteLength > largest) {
    const size = (bytes.byteLength / MB).toFixed(1)
    throw new WecomBadRequest(path, 'file size', `素材文件有 ${size} MB，最大 ${largest / MB} MB，请压缩后再试`)
  }
}

const CONTENT_TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  mp4: 'video/mp4',
  amr: 'audio/amr',
  pdf: 'application/pdf',
}

function formOf({ fileName, bytes }: MediaFile): FormData {
  const ending = fileName.split('.').at(-1)?.toLowerCase() ?? ''
  const type = CONTENT_TYPES[ending] ?? 'application/octet-stream'
  const form = new FormData()
  form.append('media', new Blob([new Uint8Array(bytes)], { type }), fileName)
  return form
}

/** Images, videos and files. */
export const createMedia = (call: Call) => ({
  /** Temporary: media_id lives 3 days. Image ≤10 MB jpg/png, voice ≤2 MB amr, video ≤10 MB mp4, file ≤20 MB. Repeating
   *  gives another id and does no harm. Doc 90253. */
  upload: async ({ type, ...file }: MediaFile & { type: MediaType }) => {
    check(Upload.path, file, LARGEST[type])
    return call(Upload, { type }, { form: formOf(file) })
  },
  /** Permanent url of an image (jpg/png, ≤2 MB), shown inside WeCom only. 1,000 a day and 3,000 a month per corp, so keep
   *  the answer. Doc 90256. */
  uploadImage: async (file: MediaFile) => {
    check(UploadImage.path, file, LARGEST_PERMANENT_IMAGE)
    return call(UploadImage, {}, { form: formOf(file) })
  },
  /** Bytes (≤20 MB) of an address that WeCom gave us, such as a QR code. Throws WecomUnreachable. Safe to repeat. */
  download: async (url: string): Promise<{ bytes: Buffer; contentType: string }> => {
    try {
      const answer = await axios.get<ArrayBuffer>(url, {
        responseType: 'arraybuffer',
        proxy: false,
        timeout: UPLOAD_TIMEOUT_MS,
        signal: AbortSignal.timeout(UPLOAD_TIMEOUT_MS),
        maxContentLength: LARGEST.file,
      })
      return { bytes: Buffer.from(answer.data), contentType: String(answer.headers['content-type'] ?? '') }
    } catch {
      // The fault holds the address, which may carry a key.
      throw new WecomUnreachable('download', 'the file could not be fetched', { mayHaveHappened: false })
    }
  },
})
