import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { FILE_BYTES, LASTING_IMAGE_BYTES, VIDEO_BYTES } from '../../core/kernel/wecom-limits.ts'
import { ASSETS_FOLDER } from '../files/rule-folder.ts'

export type AssetUse = 'image' | 'video' | 'file'

interface Kind {
  zh: string
  endings: string
  most: number
  /** By ending: where the file says what it is, in hexadecimal digits. Absent: it may be anything. */
  signatures?: Record<string, { at: number; hex: string }>
}

const KINDS: Record<AssetUse, Kind> = {
  image: {
    ...{ zh: '图片', endings: 'JPG 和 PNG', most: LASTING_IMAGE_BYTES },
    signatures: {
      '.png': { at: 0, hex: '89504e47' },
      '.jpg': { at: 0, hex: 'ffd8ff' },
      '.jpeg': { at: 0, hex: 'ffd8ff' },
    },
  },
  // ISO 14496-12: the first box of an mp4 is `ftyp`, after its length.
  video: {
    ...{ zh: '视频', endings: 'MP4', most: VIDEO_BYTES },
    signatures: { '.mp4': { at: 4, hex: '66747970' } },
  },
  file: { zh: '文件', endings: '', most: FILE_BYTES },
}

/** Looks at what lies below `<folder>/assets/`; each once for what it is used as. */
export function createAssetCheck(folder: string): (asset: string, as?: AssetUse) => [string, string] | undefined {
  const seen = new Map<string, [string, string] | undefined>()
  return (asset, as = 'image') => {
    const key = `${as} ${asset}`
    if (!seen.has(key)) seen.set(key, problemOf(join(folder, ASSETS_FOLDER), asset, as))
    return seen.get(key)
  }
}

function problemOf(root: string, asset: string, as: AssetUse): [string, string] | undefined {
  const { zh, endings, most, signatures } = KINDS[as]
  if (asset.startsWith('/') || asset.includes('\\') || asset.includes('\0') || asset.split('/').includes('..')) {
    return [`素材「${asset}」的路径不对`, '写 config/assets/ 下面的路径，用 / 分隔，如 welcome/parcel.png']
  }
  const path = join(root, asset)
  try {
    if (!realpathSync(path).startsWith(realpathSync(root) + sep)) {
      return [`素材「${asset}」不在 config/assets/ 里`, '把文件放进 config/assets/']
    }
    const { size } = statSync(path)
    if (!statSync(path).isFile()) return [`素材「${asset}」不是文件`, `写到具体的${zh}`]
    if (size <= 5 || size > most) {
      const mb = most / 1024 / 1024
      return [`素材「${asset}」有 ${Math.ceil(size / 1024)} KB`, `企业微信只收 ${mb} MB 以内的${zh}，压缩后再放`]
    }
    if (signatures === undefined) return undefined
    const signature = signatures[extname(asset).toLowerCase()]
    if (signature === undefined)
      return [`素材「${asset}」不是 ${endings.replace('和', '或')}`, `企业微信只收 ${endings} ${zh}`]
    return hexAt(path, signature.at, signature.hex.length / 2) === signature.hex
      ? undefined
      : [`素材「${asset}」的内容和后缀不符`, `重新导出成 ${endings.replace('和', '或')}`]
  } catch {
    return [`找不到素材「${asset}」`, `把${zh}放到 config/assets/${asset}`]
  }
}

function hexAt(path: string, at: number, count: number): string {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(count)
    readSync(file, buffer, 0, count, at)
    return buffer.toString('hex')
  } finally {
    closeSync(file)
  }
}
