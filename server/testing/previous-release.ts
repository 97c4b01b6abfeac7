import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'

/** What ran before. 0.1.0 cannot be rolled over, as the changelog says, and there has been no release since: until there is one, it
 *  is the state of before campaigns, files of orders and shards, 13 migrations ago. */
const BEFORE = '0d105bf9'

/** The project as it was, in a folder of its own, with the packages of today; undefined where git does not have it. */
export function previousRelease(): { folder: string; remove(): void } | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'huoshui-before-'))
  const remove = (): void => rmSync(folder, { recursive: true, force: true })
  try {
    const tar = join(folder, 'before.tar')
    execFileSync('git', ['archive', '--format=tar', '-o', tar, BEFORE], { stdio: 'ignore' })
    execFileSync('tar', ['-xf', tar, '-C', folder])
  } catch {
    remove()
    return undefined
  }
  symlinkSync(resolve('node_modules'), join(folder, 'node_modules'))
  return { folder, remove }
}
