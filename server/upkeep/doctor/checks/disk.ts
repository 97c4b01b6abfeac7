import { existsSync } from 'node:fs'
import { rm, statfs, writeFile } from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { randomText } from '../../../core/kernel/random.ts'
import type { Check } from '../check.ts'
import { sqliteFile } from '../doctor-context.ts'
import { fail, ok, warn } from '../finding.ts'

const WHAT = '磁盘'
const GB = 1024 ** 3
const LITTLE = 2 * GB
const NEARLY_NONE = 0.2 * GB

/** The folder of the SQLite file can be written to and has room. A MySQL server's disk is not ours to see. */
export const disk: Check = {
  group: '数据',
  what: WHAT,
  look: async (context) => {
    const file = sqliteFile(context.need('DATABASE_URL'))
    if (file === undefined) return ok(WHAT, '数据不存在本机')
    const folder = nearestFolder(dirname(resolve(file)))
    const trial = join(folder, `.huoshui-doctor-${randomText(8)}`)
    try {
      await writeFile(trial, 'x'.repeat(4_096))
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : '没有错误码'
      if (code === 'ENOSPC' || code === 'EDQUOT') {
        return fail(WHAT, `${folder} 所在的磁盘满了（${code}）`, `清理磁盘，或把 ${folder} 挪到大一点的盘上`)
      }
      return fail(WHAT, `${folder} 写不进去（${code}）`, `让运行服务的用户能写 ${folder}：chown 或挂载时去掉只读`)
    } finally {
      await rm(trial, { force: true }).catch(() => undefined)
    }
    const { bavail, bsize } = await statfs(folder)
    const free = bavail * bsize
    const text = `${folder} 还有 ${(free / GB).toFixed(1)} GB`
    const next = `清理磁盘，或把 ${folder} 挪到大一点的盘上`
    if (free < NEARLY_NONE) return fail(WHAT, `${text}，快写不进去了`, next)
    if (free < LITTLE) return warn(WHAT, text, next)
    return ok(WHAT, text)
  },
}

/** The server makes the folder at its first start; until then what counts is the one in which it will stand. */
const nearestFolder = (folder: string): string =>
  existsSync(folder) || folder === dirname(folder) ? folder : nearestFolder(dirname(folder))
