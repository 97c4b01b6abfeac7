import { FormData } from 'undici'
import { pictureSize } from '../../../core/kernel/picture-size.ts'
import { WecomBadRequest } from '../wire/wecom-error.ts'

const MB = 1024 * 1024
const SMALLEST_BYTES = 5

/** Bytes. Docs 90253, 90256, 95098. */
export const LARGEST = { image: 10 * MB, voice: 2 * MB, video: 10 * MB, file: 20 * MB } as const
export const LARGEST_ATTACHMENT = 10 * MB
/** Pixels of a picture in a moment: 1,440 × 1,080. */
const MOST_MOMENT_PIXELS = 1_555_200

export type MediaType = keyof typeof LARGEST
export interface MediaFile {
  fileName: string
  bytes: Uint8Array
}

const KINDS: Record<MediaType, { zh: string; endings: readonly string[] }> = {
  image: { zh: '图片', endings: ['jpg', 'jpeg', 'png'] },
  voice: { zh: '语音', endings: ['amr'] },
  video: { zh: '视频', endings: ['mp4'] },
  file: { zh: '文件', endings: [] },
}

const CONTENT_TYPES: Record<string, string> = {
  jpg: 'image/jpeg',
  jpeg: 'image/jpeg',
  png: 'image/png',
  mp4: 'video/mp4',
  amr: 'audio/amr',
  pdf: 'application/pdf',
}

const endingOf = (fileName: string): string => fileName.split('.').at(-1)?.toLowerCase() ?? ''

/** Throws WecomBadRequest for another ending than the kind's. */
export function checkKind(path: string, fileName: string, type: MediaType): void {
  const { zh, endings } = KINDS[type]
  if (endings.length === 0 || endings.includes(endingOf(fileName))) return
  throw new WecomBadRequest(path, 'file type', `${zh}素材只支持 ${endings.join('、')} 格式，请转换后再试`)
}

/** Throws WecomBadRequest, in Chinese, for an empty file, one of more than `largest` bytes, or of another kind. */
export function checkFile(path: string, { fileName, bytes }: MediaFile, type: MediaType, largest: number): void {
  if (bytes.byteLength <= SMALLEST_BYTES) throw new WecomBadRequest(path, 'file size', '素材文件是空的，请检查文件')
  if (bytes.byteLength > largest) {
    const size = (bytes.byteLength / MB).toFixed(1)
    throw new WecomBadRequest(path, 'file size', `素材文件有 ${size} MB，最大 ${largest / MB} MB，请压缩后再试`)
  }
  checkKind(path, fileName, type)
}

/** Throws WecomBadRequest for a picture with more pixels than a moment takes. */
export function checkMomentPicture(path: string, bytes: Uint8Array): void {
  const size = pictureSize(bytes)
  if (size === undefined || size.width * size.height <= MOST_MOMENT_PIXELS) return
  const text = `图片有 ${size.width}×${size.height} 像素，朋友圈图片最大 1440×1080，请缩小后再试`
  throw new WecomBadRequest(path, 'picture size', text)
}

export function formOf({ fileName, bytes }: MediaFile): FormData {
  const type = CONTENT_TYPES[endingOf(fileName)] ?? 'application/octet-stream'
  const form = new FormData()
  form.append('media', new Blob([new Uint8Array(bytes)], { type }), fileName)
  return form
}
