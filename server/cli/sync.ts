import { pathToFileURL } from 'node:url'
import { describeError } from '../core/kernel/app-error.ts'
import { type FollowDeps, followRun } from './follow-run.ts'
import { openSync } from './open-sync.ts'
import { unreadRowsLines } from './unread-rows-text.ts'

const USAGE = `用法：npm run sync

把企业微信里的成员、标签、客户、客户群、渠道活码和入群码都读一遍，只写有变化的。
服务在运行时由服务去读（欢迎语永远优先），这里只显示进度；服务没有运行时由本命令读，其他事等服务启动后再做。
随时可以按 Ctrl-C 或断电：已读到的都在，下次启动服务或再运行本命令时接着读。读的过程中，读到的就能用。

退出码：0 全部读到，1 有没读到的或没有开始，2 用法不对`

/** `words`: the command line after the program's name. Gives the exit code. */
export async function runSync(words: readonly string[], deps: FollowDeps): Promise<0 | 1 | 2> {
  const { screen } = deps
  if (words[0] === '--help' || words[0] === '-h' || words[0] === 'help') {
    screen.out(USAGE)
    return 0
  }
  if (words.length > 0) {
    screen.err(`多了 ${words[0]}。\n\n${USAGE}`)
    return 2
  }
  const run = await followRun(deps, { kind: 'sync', dry: false })
  if (run === undefined) return 1
  if (run.state === 'failed') {
    screen.err(
      '企业微信没有给出可以联系客户的成员名单，所以什么也没读。运行 npm run -s doctor 看原因，改好后再运行一次。',
    )
    return 1
  }
  const seconds = Math.round(((run.finishedAtMs ?? 0) - run.startedAtMs) / 1_000)
  screen.out(`读完：客户关系 ${run.relations} 条，客户群 ${run.groupsRead} 个，用时 ${seconds} 秒。`)
  if (run.gaps === 0) return 0
  screen.out(`有 ${run.gaps} 处没读到（没有许可、企业微信拒绝或答复读不懂），原因在服务日志里；已读到的不受影响。`)
  for (const line of await deps.db.tx((tx) => unreadRowsLines(tx, run, deps.sync.queries))) screen.out(line)
  return 1
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  let close = async (): Promise<void> => undefined
  try {
    const deps = openSync()
    close = deps.close
    await deps.db.migrate()
    process.exitCode = await runSync(process.argv.slice(2), deps)
  } catch (error) {
    process.stderr.write(`同步没有完成：${describeError(error)}\n改好后再运行一次即可，已读到的不会再写。\n`)
    process.exitCode = 1
  } finally {
    await close()
  }
}
