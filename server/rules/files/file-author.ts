import { execFile } from 'node:child_process'
import { readFile, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { dirname, join } from 'node:path'
import { promisify } from 'node:util'
import type { Author } from '../release/release.ts'

const run = promisify(execFile)
/** New rules wait no longer for a name. */
const PATIENCE_MS = 2_000

/** Who last changed a rule file: git's last author while the file is as it was committed, else the owner of the file
 *  in the operating system. Never throws. */
export async function fileAuthor(folder: string, file: string): Promise<Author> {
  const path = join(folder, file)
  const author = (await gitAuthor(path)) ?? undefined
  if (author !== undefined) return { name: author, source: 'git' }
  const owner = await ownerOf(path)
  return owner === undefined ? { name: undefined, source: 'unknown' } : { name: owner, source: 'file-owner' }
}

async function gitAuthor(path: string): Promise<string | undefined> {
  const git = async (...words: string[]): Promise<string> => {
    const { stdout } = await run('git', ['-C', dirname(path), ...words], { timeout: PATIENCE_MS })
    return stdout.trim()
  }
  try {
    if ((await git('status', '--porcelain', '--', path)) !== '') return undefined
    return (await git('log', '-1', '--format=%an', '--', path)) || undefined
  } catch {
    // No git, no work tree, or not ours to read.
    return undefined
  }
}

async function ownerOf(path: string): Promise<string | undefined> {
  try {
    const { uid } = await stat(path)
    const me = userInfo()
    if (me.uid === uid) return me.username
    const lines = await readFile('/etc/passwd', 'utf8').catch(() => '')
    const line = lines.split('\n').find((one) => one.split(':')[2] === String(uid))
    return line?.split(':')[0] ?? `uid ${uid}`
  } catch {
    return undefined
  }
}
