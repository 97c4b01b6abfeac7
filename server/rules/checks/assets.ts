import { closeSync, openSync, readSync, realpathSync, statSync } from 'node:fs'
import { extname, join, sep } from 'node:path'
import { LASTING_IMAGE_BYTES } from '../../core/kernel/wecom-limits.ts'
import { ASSETS_FOLDER } from '../files/rule-folder.ts'

const SIGNATURES: Record<string, string> = { '.png': '89504e47', '.jpg': 'ffd8ff', '.jpeg': 'ffd8ff' }

/** Looks at images below `<folder>/assets/`; each once. */
export function createAssetCheck(folder: string): (asset: string) => [string, string] | undefined {
  const seen = new Map<string, [string, string] | undefined>()
  return (asset) => {
    if (!seen.has(asset)) seen.set(asset, problemOf(join(folder, ASSETS_FOLDER), asset))
    return seen.get(asset)
  }
}

function problemOf(root: string, asset: string): [string, string] | undefined {
  if (asset.startsWith('/') || asset.includes('\\') || asset.includes('\0') || asset.split('/').includes('..')) {
    return [`素材「${asset}」的路径不对`, '写 config/assets/ 下面的路径，用 / 分隔，如 welcome/parcel.png']
  }
  const path = join(root, asset)
  try {
    if (!realpathSync(path).startsWith(realpathSync(root) + sep)) {
      return [`素材「${asset}」不在 config/assets/ 里`, '把文件放进 config/assets/']
    }
    const { size } = statSync(path)
    if (!statSync(path).isFile()) return [`素材「${asset}」不是文件`, '写到具体的图片']
    if (size < 5 || size > LASTING_IMAGE_BYTES) {
      return [`素材「${asset}」有 ${Math.ceil(size / 1024)} KB`, '企业微信只收 2 MB 以内的图片，压缩后再放']
    }
    const signature = SIGNATURES[extname(asset).toLowerCase()]
    if (signature === undefined) return [`素材「${asset}」不是 JPG 或 PNG`, '企业微信只收 JPG 和 PNG 图片']
    return firstBytes(path, signature.length / 2) === signature
      ? undefined
      : [`素材「${asset}」的内容和后缀不符`, '重新导出成 JPG 或 PNG']
  } catch {
    return [`找不到素材「${asset}」`, `把图片放到 config/assets/${asset}`]
  }
}

function firstBytes(path: string, count: number): string {
  const file = openSync(path, 'r')
  try {
    const buffer = Buffer.alloc(count)
    readSync(file, buffer, 0, count, 0)
    return buffer.toString('hex')
  } finally {
    closeSync(file)
  }
}
