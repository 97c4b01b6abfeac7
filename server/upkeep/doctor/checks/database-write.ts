import { pick, sql } from '../../../core/db/sql.ts'
import { randomText } from '../../../core/kernel/random.ts'
import { JOB_RUN } from '../../../engine/jobs/job-tables.ts'
import type { Check } from '../check.ts'
import { CannotLook, fail, ok, warn } from '../finding.ts'

const WHAT = '读写'
const SLOW_MS = 200
const VERY_SLOW_MS = 2_000
const FAR_MS = 4_102_444_800_000

/** Writes a row with an emoji, reads it, deletes it; how long a commit takes is how long each callback waits. */
export const databaseWrite: Check = {
  group: '数据',
  what: WHAT,
  look: async (context) => {
    const db = await context.db()
    const name = `doctor:😀${randomText(8)}`
    const isOurs = sql`${JOB_RUN.name} = ${name}`
    const later = sql`UPDATE ${JOB_RUN} SET ${JOB_RUN.next_at} = ${JOB_RUN.next_at} + 1 WHERE ${isOurs}`
    try {
      // No job has this name, and none is due before the year 2100.
      const times = [await timeOf(() => db.tx((tx) => tx.insert(JOB_RUN, { name, next_at: FAR_MS })))]
      for (let more = 0; more < 2; more++) {
        times.push(await timeOf(() => db.tx((tx) => tx.run(later))))
      }
      // The others show who stood before us in the queue.
      const ms = Math.min(...times)
      const row = await db.tx((tx) => tx.row(sql`SELECT ${pick(JOB_RUN, 'name')} FROM ${JOB_RUN} WHERE ${isOurs}`))
      if (row?.name !== name) {
        return fail(WHAT, '写进去的表情符号读出来变了', '把数据库和表的字符集改成 utf8mb4，再重启服务')
      }
      if (ms >= VERY_SLOW_MS) return fail(WHAT, `一次提交要 ${ms} 毫秒，回调会来不及应答`, SLOW_NEXT)
      if (ms >= SLOW_MS) return warn(WHAT, `一次提交要 ${ms} 毫秒，偏慢`, SLOW_NEXT)
      return ok(WHAT, `能写、能读、能删，一次提交 ${ms} 毫秒`)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : ''
      if (code === 'ER_NO_SUCH_TABLE' || /no such table/.test(String(error))) {
        throw new CannotLook('表还没有建，先解决「表结构」')
      }
      const isFull = code === 'SQLITE_FULL' || code === 'ER_DISK_FULL' || code === 'ENOSPC'
      return fail(
        WHAT,
        isFull ? `磁盘满了（${code}）` : `写不进去（${code === '' ? '没有错误码' : code}）`,
        isFull ? '清理磁盘，或给数据盘扩容' : '检查数据库用户的写权限、数据库是不是只读、磁盘是不是满了',
      )
    } finally {
      await db.tx((tx) => tx.run(sql`DELETE FROM ${JOB_RUN} WHERE ${isOurs}`)).catch(() => undefined)
    }
  },
}

const SLOW_NEXT = '把数据放到本机 SSD 上；若是云数据库，换近一点的可用区或更快的盘'

async function timeOf(work: () => Promise<unknown>): Promise<number> {
  const startedAt = performance.now()
  await work()
  return Math.round(performance.now() - startedAt)
}
