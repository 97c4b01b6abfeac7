import { readFile, realpath, stat } from 'node:fs/promises'
import { userInfo } from 'node:os'
import { join } from 'node:path'
import type { Author } from '../release/release.ts'
import { isInside } from './is-inside.ts'

/** Whoever brings the rules to the server may write here, in one line, who changed them: a deployment that knows. */
export const AUTHOR_FILE = '.author'
const LONGEST_NAME = 60
/** A deployment writes its files one after the other. */
const TOGETHER_MS = 60_000

/** Who last changed a rule file: as the deployment says, where it said so together with the file or later, else the owner of
 *  the file in the operating system. Runs nothing: whoever writes a rule may not choose what runs here, and a tool such as
 *  git obeys what lies in the folder. Never throws. */
export async function fileAuthor(folder: string, file: string): Promise<Author> {
  const told = await deployedBy(folder, file)
  if (told !== undefined) return { name: told, source: 'deploy' }
  const owner = await ownerOf(join(folder, file))
  return owner === undefined ? { name: undefined, source: 'unknown' } : { name: owner, source: 'file-owner' }
}

async function deployedBy(folder: string, file: string): Promise<string | undefined> {
  try {
    const real = await realpath(join(folder, AUTHOR_FILE))
    // Through a link out of the folder somebody else's file would be shown as a name.
    if (!isInside(await realpath(folder), real)) return undefined
    const [of, told] = await Promise.all([stat(join(folder, file)), stat(real)])
    if (!told.isFile() || told.size > 1_000 || told.mtimeMs + TOGETHER_MS < of.mtimeMs) return undefined
    const [line = ''] = (await readFile(real, 'utf8')).split('\n')
    return (
      line
        .replaceAll(/[\p{Cc}\p{Cf}]/gu, '')
        .trim()
        .slice(0, LONGEST_NAME) || undefined
    )
  } catch {
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
