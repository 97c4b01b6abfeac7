import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What tells one state of a folder from another without reading its files, and when it was last touched (UTC
 *  milliseconds by the file system's clock; 0 when the folder cannot be read). */
export interface FolderSignature {
  text: string
  touchedAtMs: number
}

const MAX_ENTRIES = 20_000

/** Polled instead of watched: file system events do not cross bind mounts, network shares and ConfigMap links. */
export async function folderSignature(folder: string): Promise<FolderSignature> {
  const entries: string[] = []
  let touchedAtMs = 0
  async function visit(below: string, depth: number): Promise<void> {
    const names = await readdir(join(folder, below)).catch(() => [])
    for (const name of names.sort()) {
      if (name.startsWith('.') || entries.length >= MAX_ENTRIES) continue
      const path = below === '' ? name : `${below}/${name}`
      const entry = await stat(join(folder, path)).catch(() => undefined)
      if (entry === undefined) continue
      if (entry.isDirectory() && depth < 6) await visit(path, depth + 1)
      if (!entry.isFile()) continue
      entries.push(`${path} ${entry.ino} ${entry.size} ${entry.mtimeMs}`)
      touchedAtMs = Math.max(touchedAtMs, entry.mtimeMs)
    }
  }
  await visit('', 0)
  return { text: entries.join('\n'), touchedAtMs }
}
