import { createHash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import Type, { type Static } from 'typebox'
import Value from 'typebox/value'
import { AppError } from '../../core/kernel/app-error.ts'

const Manifest = Type.Object({
  /** When the copy began, UTC milliseconds: everything before it is in it. */
  madeAtMs: Type.Integer({ minimum: 0 }),
  dialect: Type.Union([Type.Literal('sqlite'), Type.Literal('mysql')]),
  /** The newest step of the tables' that had run. */
  migration: Type.String(),
  files: Type.Array(Type.Object({ name: Type.String(), bytes: Type.Integer(), sha256: Type.String() })),
})
export type BackupManifest = Static<typeof Manifest>

export const ERASED_FILE = 'erased.json'
const MANIFEST_FILE = 'backup.json'
export const databaseFileOf = (dialect: BackupManifest['dialect']): string =>
  dialect === 'sqlite' ? 'database.sqlite' : 'database.sql'

const unusable = (folder: string, zh: string): AppError =>
  new AppError('backup.unusable', `no backup in ${folder}`, { status: 400, zh })

/** An empty folder that nobody else can read. Throws backup.folder-in-use. */
export async function openBackupFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 })
  if ((await readdir(folder)).length === 0) return
  const zh = `${folder} 里已经有东西：每次备份写一个新的文件夹，例如 backup-2026-11-29`
  throw new AppError('backup.folder-in-use', `${folder} is not empty`, { status: 400, zh })
}

/** Written last: a folder without it was cut off, and is no backup. */
export async function sealBackup(folder: string, made: Omit<BackupManifest, 'files'>): Promise<BackupManifest> {
  const names = (await readdir(folder)).sort()
  const files = await Promise.all(names.map(async (name) => ({ name, ...(await measured(join(folder, name))) })))
  const manifest = { ...made, files }
  await writeFile(join(folder, MANIFEST_FILE), `${JSON.stringify(manifest, null, 1)}\n`, { mode: 0o600, flag: 'wx' })
  return manifest
}

/** What the folder says it holds, every byte of it as it was. Throws backup.unusable: none, cut off, altered. */
export async function readBackup(folder: string): Promise<BackupManifest> {
  const text = await readFile(join(folder, MANIFEST_FILE), 'utf8').catch(() => undefined)
  if (text === undefined) throw unusable(folder, `${folder} 不是备份，或者备份没有做完（缺 ${MANIFEST_FILE}）`)
  const manifest = parsed(text)
  if (manifest === undefined) throw unusable(folder, `${folder}/${MANIFEST_FILE} 读不懂，备份可能已损坏`)
  for (const { name, bytes, sha256 } of manifest.files) {
    const found = await measured(join(folder, name)).catch(() => undefined)
    if (found?.bytes !== bytes || found.sha256 !== sha256) {
      throw unusable(folder, `${folder}/${name} 和备份时不一样（损坏、被改过或没有拷贝完整），不能用来恢复`)
    }
  }
  return manifest
}

function parsed(text: string): BackupManifest | undefined {
  try {
    return Value.Parse(Manifest, JSON.parse(text))
  } catch {
    return undefined
  }
}

async function measured(file: string): Promise<{ bytes: number; sha256: string }> {
  const hash = createHash('sha256')
  await pipeline(createReadStream(file), hash)
  return { bytes: (await stat(file)).size, sha256: hash.digest('hex') }
}
