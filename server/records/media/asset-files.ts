import { createHash } from 'node:crypto'
import { readFile, realpath, stat } from 'node:fs/promises'
import { extname, resolve, sep } from 'node:path'
import { AppError } from '../../core/kernel/app-error.ts'
import { LASTING_IMAGE_BYTES } from '../../core/kernel/wecom-limits.ts'

export interface AssetFile {
  bytes: Buffer
  /** Safe in a form: letters and digits only, with the extension that tells the kind. */
  fileName: string
}

const PICTURE = /^\.(png|jpe?g)$/i

const refuse = (path: string, why: string): AppError =>
  new AppError('media.bad-asset', `asset ${path} cannot be used`, { zh: `素材 ${path} ${why}` })

/** The pictures below `config/assets/`. A file is read again only when its time or size has changed. */
export function createAssetFiles(dir: string) {
  const seen = new Map<string, { stamp: string; fingerprint: string }>()

  /** Throws media.bad-asset: not there, outside the folder, not a picture, too large. */
  async function locate(path: string): Promise<{ file: string; stamp: string; size: number }> {
    if (!PICTURE.test(extname(path))) throw refuse(path, '不是 png 或 jpg 图片，请转换格式')
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

  async function read(path: string): Promise<AssetFile> {
    const { file, stamp, size } = await locate(path)
    if (size > LASTING_IMAGE_BYTES) throw refuse(path, '超过 2 MB，请压缩后再放')
    const bytes = await readFile(file)
    const fingerprint = fingerprintOf(bytes)
    seen.set(path, { stamp, fingerprint })
    return { bytes, fileName: `${fingerprint.slice(0, 16)}${extname(path).toLowerCase()}` }
  }

  return {
    read,
    /** Equal for equal content. */
    fingerprint: async (path: string): Promise<string> => {
      const { stamp } = await locate(path)
      if (seen.get(path)?.stamp !== stamp) await read(path)
      return seen.get(path)?.fingerprint ?? ''
    },
  }
}

export type AssetFiles = ReturnType<typeof createAssetFiles>

export const fingerprintOf = (content: Buffer | string): string => createHash('sha256').update(content).digest('hex')
