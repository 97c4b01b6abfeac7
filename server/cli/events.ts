import { pathToFileURL } from 'node:url'
import type { Db } from '../core/db/db.ts'
import { type Clock, systemClock } from '../core/kernel/clock.ts'
import { shanghaiText } from '../core/kernel/shanghai.ts'
import { storedEvents } from '../engine/inbox/stored-events.ts'
import { type Outcome, runOnDatabase } from './outcome.ts'

const USAGE = `用法：npm run -s events -- <命令> <编号>

  show <编号>      看一个收到的事件：什么时候、处理到哪一步、出了什么错、内容；加 --json
  replay <编号>    从头再处理一遍；做过的不会重复做

编号是日志里的 eventId，或者 npm run -s actions -- dead 里 E 后面的数字。
退出码：0 正常，1 没有这个事件或读不到，2 用法不对`

const STATE_ZH: Record<string, string> = {
  new: '等待处理',
  done: '已处理',
  kept: '没有用到，留着',
  dead: '反复失败，已放弃',
}

/** `words`: the command line after the program's name. */
export async function runEvents(words: readonly string[], { db, clock }: { db: Db; clock: Clock }): Promise<Outcome> {
  const [command, number = '', form, ...more] = words
  const wrongUse = (message: string): Outcome => ({ code: 2, out: '', err: `${message}\n\n${USAGE}` })
  if (command === 'help' || command === '--help' || command === '-h') return { code: 0, out: USAGE, err: '' }
  if (command !== 'show' && command !== 'replay')
    return wrongUse(command === undefined ? '没有写命令。' : `没有「${command}」这个命令。`)
  const id = /^E?(\d{1,15})$/i.exec(number)?.[1]
  if (id === undefined) return wrongUse(`${command} 后面要写事件的编号。`)
  const isJson = form === '--json' && command === 'show'
  if (more.length > 0 || (form !== undefined && !isJson)) return wrongUse(`多了 ${form}。`)
  const event = await db.tx((tx) => storedEvents.byId(tx, Number(id)))
  if (event === undefined) return { code: 1, out: '', err: `没有编号是 ${id} 的事件；处理完的事件过一段时间会清掉。` }
  if (command === 'replay') {
    const isAnew = await db.tx((tx) => storedEvents.replay(tx, event.id, clock.now()))
    return {
      code: 0,
      out: isAnew ? `事件 ${id} 已重新排队，运行中的服务一秒内会处理。` : `事件 ${id} 还在等待处理。`,
      err: '',
    }
  }
  const content = withoutCredentials(event.payload)
  if (isJson) return { code: 0, out: JSON.stringify({ ...event, payload: content }, null, 2), err: '' }
  const done = JSON.parse(event.done_subscriptions ?? '[]') as string[]
  return {
    code: 0,
    out: [
      `事件 ${event.id}  ${event.kind}  ${STATE_ZH[event.state] ?? event.state}`,
      `发生 ${shanghaiText(event.event_at)}，收到 ${shanghaiText(event.received_at)}，试了 ${event.attempts} 次`,
      ...(done.length === 0 ? [] : [`已经处理过的部分：${done.join('、')}`]),
      ...(event.last_error === null ? [] : [`最近的错误：${event.last_error}`]),
      JSON.stringify(content, null, 2),
    ].join('\n'),
    err: '',
  }
}

/** A welcome code sends a message in the guide's name. */
const withoutCredentials = (payload: string): unknown =>
  JSON.parse(payload, (key, value: unknown) => (/welcomecode/i.test(key) && value !== null ? '（已隐去）' : value))

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runOnDatabase((words, db) => runEvents(words, { db, clock: systemClock }))
}
