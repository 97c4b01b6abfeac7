import { readdir, realpath, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { isInside } from './is-inside.ts'

/** Pictures and files of a shop are hundreds; what is more is none, and nobody waits for a look at it. */
const MOST_ENTRIES = 5_000
const MAX_DEPTH = 5

/** Files below `assets` whose names `isRule`, as paths below the config folder, sorted; no more than `most`. Links are followed
 *  among the assets only. Never throws; [] where there are no assets. */
export async function rulesAmongAssets(
  folder: string,
  assets: string,
  { isRule, most }: { isRule: (name: string) => boolean; most: number },
): Promise<string[]> {
  const all = await realpath(folder).catch(() => folder)
  const root = await realpath(join(folder, assets)).catch(() => undefined)
  if (root === undefined || !isInside(all, root)) return []
  const isAsset = (path: string): boolean => isInside(root, path)
  const seen = new Set<string>()
  const found: string[] = []
  let entries = 0

  async function visit(below: string, depth: number): Promise<void> {
    const real = await realpath(join(folder, below)).catch(() => undefined)
    if (real === undefined || !isAsset(real) || seen.has(real)) return
    seen.add(real)
    const names = await readdir(real, { withFileTypes: true }).catch(() => [])
    for (const entry of names.sort((a, b) => (a.name < b.name ? -1 : 1))) {
      entries += 1
      if (entries > MOST_ENTRIES) return
      const path = `${below}/${entry.name}`
      const isLink = entry.isSymbolicLink()
      const isFolder = isLink ? await leadsToFolder(join(folder, path)) : entry.isDirectory()
      if (!isFolder && isRule(entry.name)) found.push(path)
      if (isFolder && depth < MAX_DEPTH) await visit(path, depth + 1)
    }
  }

  await visit(assets, 0)
  return found.sort().slice(0, most)
}

const leadsToFolder = async (path: string): Promise<boolean> =>
  (await stat(path).catch(() => undefined))?.isDirectory() === true
