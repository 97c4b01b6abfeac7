import { pathToFileURL } from 'node:url'
import { describeError } from '../core/kernel/app-error.ts'
import { type FollowDeps, followRun } from './follow-run.ts'
import { openSync } from './open-sync.ts'
import { runsText, runText } from './reconcile-text.ts'

const USAGE = `用法：npm run -s reconcile [-- --dry]
      npm run -s reconcile -- report [编号]

把企业微信里的现状和这里记的逐一对照，找出没有收到通知的变化，并照收到通知时那样补上。每天凌晨三点到五点会自己做一次。
迟到的新客户：照样记来源、打渠道标签；永远不补发欢迎语；超过一天的不再进入 SOP、不再邀请入群。

  --dry            只找不改
  report [编号]    列出最近的核对；写编号就列出那一次找到的每一项

退出码：0 没有漏掉的，1 有漏掉的或有没读到的，2 用法不对`

/** `words`: the command line after the program's name. Gives the exit code. */
export async function runReconcile(words: readonly string[], deps: FollowDeps): Promise<0 | 1 | 2> {
  const { screen } = deps
  const [word, number, ...more] = words
  if (word === '--help' || word === '-h' || word === 'help') {
    screen.out(USAGE)
    return 0
  }
  if (word === 'report' && more.length === 0) return report(number, deps)
  if (words.length > 1 || (word !== undefined && word !== '--dry')) {
    screen.err(`不明白「${words.join(' ')}」。\n\n${USAGE}`)
    return 2
  }
  const run = await followRun(deps, { kind: 'reconcile', dry: word === '--dry' })
  if (run === undefined) return 1
  if (run.state === 'failed') {
    screen.err(
      '企业微信没有给出可以联系客户的成员名单，所以没有核对。运行 npm run -s doctor 看原因，改好后再运行一次。',
    )
    return 1
  }
  screen.out(await deps.db.tx((tx) => runText(tx, run, deps.sync.queries)))
  return run.found > 0 || run.gaps > 0 ? 1 : 0
}

async function report(number: string | undefined, { db, screen, sync }: FollowDeps): Promise<0 | 1 | 2> {
  if (number === undefined) {
    screen.out(await db.tx((tx) => runsText(tx, sync.queries)))
    return 0
  }
  const run = /^\d{1,15}$/.test(number) ? await db.tx((tx) => sync.queries.byId(tx, Number(number))) : undefined
  if (run === undefined || run.kind !== 'reconcile') {
    screen.err(`没有编号是 ${number} 的核对。运行 npm run -s reconcile -- report 看有哪些。`)
    return 2
  }
  screen.out(await db.tx((tx) => runText(tx, run, sync.queries, { every: true })))
  return run.found > 0 || run.gaps > 0 ? 1 : 0
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  let close = async (): Promise<void> => undefined
  try {
    const deps = openSync()
    close = deps.close
    await deps.db.migrate()
    process.exitCode = await runReconcile(process.argv.slice(2), deps)
  } catch (error) {
    process.stderr.write(`核对没有完成：${describeError(error)}\n改好后再运行一次即可。\n`)
    process.exitCode = 1
  } finally {
    await close()
  }
}
