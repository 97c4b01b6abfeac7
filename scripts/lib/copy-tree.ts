import { cp, mkdtemp, symlink } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const HOUSE = fileURLToPath(new URL('../..', import.meta.url))
/** Every folder with code of ours in it. */
export const CODE = ['server', 'sandbox', 'sidebar', 'bench', 'migrations', 'scripts']

/** A throw-away copy of the code, to be changed at will, with the packages of the house. `more`: files and folders besides.
 *  Whoever asked for it removes it. */
export async function copyTree(more: readonly string[] = []): Promise<string> {
  const copy = await mkdtemp(join(tmpdir(), 'huoshui-copy-'))
  for (const part of [...CODE, 'package.json', 'tsconfig.json', ...more])
    await cp(join(HOUSE, part), join(copy, part), { recursive: true })
  await symlink(join(HOUSE, 'node_modules'), join(copy, 'node_modules'))
  return copy
}
