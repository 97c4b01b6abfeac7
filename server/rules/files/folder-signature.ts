import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isInside } from './is-inside.ts'

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
  const root = await realpath(folder).catch(() => folder)
  /** What lies outside is no rule; a link to `/` would have twenty thousand files looked at on every beat. */
  const leadsOut = async (path: string): Promise<boolean> =>
    !isInside(root, await realpath(join(folder, path)).catch(() => root))
  async function visit(below: string, depth: number): Promise<void> {
    const found = await readdir(join(folder, below), { withFileTypes: true }).catch(() => [])
    for (const one of found.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      if (one.name.startsWith('.') || entries.length >= MAX_ENTRIES) continue
      const path = below === '' ? one.name : `${below}/${one.name}`
      if (one.isSymbolicLink() && (await leadsOut(path))) {
        entries.push(`${path} leads out`)
        continue
      }
      const entry = await stat(join(folder, path)).catch(() => undefined)
      if (entry === undefined) {
        entries.push(`${path} cannot be read`)
        continue
      }
      if (entry.isDirectory() && depth < 6) await visit(path, depth + 1)
      // A pipe or a device is a fault as soon as it is there.
      if (!entry.isFile()) {
        if (!entry.isDirectory()) entries.push(`${path} is no file`)
        continue
      }
      entries.push(`${path} ${entry.ino} ${entry.size} ${entry.mtimeMs}`)
      touchedAtMs = Math.max(touchedAtMs, entry.mtimeMs)
    }
  }
  await visit('', 0)
  return { text: entries.join('\n'), touchedAtMs }
}
