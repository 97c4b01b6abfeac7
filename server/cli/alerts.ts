import { pathToFileURL } from 'node:url'
import type { Db } from '../core/db/db.ts'
import { type Clock, systemClock } from '../core/kernel/clock.ts'
import { shanghaiText } from '../core/kernel/shanghai.ts'
import { createAlerts } from '../records/alerts/alerts.ts'
import { type Outcome, runOnDatabase } from './outcome.ts'

const USAGE = `用法：npm run -s alerts [-- done <编号>]

  （不写命令）   列出要人处理的事：从什么时候起、怎么回事、下一步做什么
  done <编号>    已经处理好，从列表里划掉；同样的事再发生会再出现

退出码：0 没有要处理的事，1 有或读不到，2 用法不对`

const good = (out: string): Outcome => ({ code: 0, out, err: '' })
const wrongUse = (message: string): Outcome => ({ code: 2, out: '', err: `${message}\n\n${USAGE}` })

/** `words`: the command line after the program's name. */
export async function runAlerts(words: readonly string[], { db, clock }: { db: Db; clock: Clock }): Promise<Outcome> {
  const alerts = createAlerts({ clock })
  const [command, key, ...more] = words
  if (command === 'help' || command === '--help' || command === '-h') return good(USAGE)
  if (more.length > 0) return wrongUse(`多了 ${more[0]}。`)
  if (command === undefined) {
    const open = await db.tx((tx) => alerts.queries.open(tx))
    if (open.length === 0) return good('没有要处理的事。')
    const blocks = open.map(
      ({ key: one, sinceMs, text, todo }) =>
        `${text}\n  从 ${shanghaiText(sinceMs)} 起\n  下一步：${todo}\n  编号：${one}`,
    )
    return { code: 1, out: blocks.join('\n\n'), err: '' }
  }
  if (command !== 'done') return wrongUse(`没有「${command}」这个命令。`)
  if (key === undefined) return wrongUse('没有写编号；编号在列表每一件的最后一行。')
  const isOpen = (await db.tx((tx) => alerts.queries.open(tx))).some((alert) => alert.key === key)
  if (!isOpen) return wrongUse(`没有编号是「${key}」的事；先不带命令运行，看看有哪些。`)
  await db.tx((tx) => alerts.resolve(tx, key))
  return good(`已划掉：${key}`)
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runOnDatabase((words, db) => runAlerts(words, { db, clock: systemClock }))
}
