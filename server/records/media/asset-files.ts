import { createHash } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import { basename, extname, resolve, sep } from 'node:path'
import { AppError } from '../../core/kernel/app-error.ts'
import { FILE_BYTES, LASTING_IMAGE_BYTES, VIDEO_BYTES } from '../../core/kernel/wecom-limits.ts'
import type { AssetUse } from '../../rules/checks/assets.ts'

export interface AssetFile {
  bytes: Buffer
  /** Of a picture or video: letters and digits only, with the extension that tells the kind. Of a file: its own, which the customer
   *  reads. */
  fileName: string
}

export interface PlacedAsset {
  file: string
  bytes: number
}

const KINDS: Record<AssetUse, { endings: RegExp; what: string; most: number }> = {
  image: { endings: /^\.(png|jpe?g)$/i, what: '不是 png 或 jpg 图片，请转换格式', most: LASTING_IMAGE_BYTES },
  video: { endings: /^\.mp4$/i, what: '不是 mp4 视频，请转换格式', most: VIDEO_BYTES },
  file: { endings: /^/, what: '', most: FILE_BYTES },
}

const refuse = (path: string, why: string): AppError =>
  new AppError('media.bad-asset', `asset ${path} cannot be used`, { zh: `素材 ${path} ${why}` })

/** What lies below `config/assets/`. A file is read again only when its time or size has changed. */
export function createAssetFiles(dir: string) {
  const seen = new Map<string, { stamp: string; fingerprint: string }>()

  /** Throws media.bad-asset: not there, outside the folder, of another kind, too large. */
  async function locate(path: string, as: AssetUse): Promise<{ file: string; stamp: string; size: number }> {
    if (!KINDS[as].endings.test(extname(path))) throw refuse(path, KINDS[as].what)
    try {
      const root = await realpath(dir)
      const file = await realpath(resolve(root, path))
      if (!file.startsWith(root + sep)) throw refuse(path, '不在 assets 目录里')
      const { mtimeMs, size, ino } = await stat(file)
      return { file, stamp: `${mtimeMs}:${size}:${ino}`, size }
    } catch (error) {
      if (error instanceof AppError) throw error
      throw refuse(path, '找不到，请放到配置目录的 assets 下')
    }
  }

  /** Throws media.bad-asset. */
  async function usable(path: string, as: AssetUse): Promise<{ file: string; stamp: string; size: number }> {
    const found = await locate(path, as)
    const { most } = KINDS[as]
    if (found.size > most) throw refuse(path, `超过 ${most / 1024 / 1024} MB，请压缩后再放`)
    return found
  }

  async function read(path: string, as: AssetUse): Promise<AssetFile> {
    const { file, stamp } = await usable(path, as)
    const bytes = await readFile(file)
    const fingerprint = fingerprintOf(bytes)
    seen.set(path, { stamp, fingerprint })
    if (as === 'file') return { bytes, fileName: basename(path) }
    return { bytes, fileName: `${fingerprint.slice(0, 16)}${extname(path).toLowerCase()}` }
  }

  return {
    read,
    /** Where it lies and how many bytes it has, for whoever sends it part by part. Throws media.bad-asset. */
    place: async (path: string, as: AssetUse): Promise<PlacedAsset> => {
      const { file, size } = await usable(path, as)
      return { file, bytes: size }
    },
    /** Bytes. Throws media.bad-asset. */
    size: async (path: string, as: AssetUse): Promise<number> => (await locate(path, as)).size,
    /** Equal for equal content. */
    fingerprint: async (path: string, as: AssetUse): Promise<string> => {
      const { stamp } = await locate(path, as)
      if (seen.get(path)?.stamp !== stamp) await read(path, as)
      return seen.get(path)?.fingerprint ?? ''
    },
  }
}

export type AssetFiles = ReturnType<typeof createAssetFiles>

export const fingerprintOf = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex')
