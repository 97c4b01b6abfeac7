import { shanghaiText } from '../core/kernel/shanghai.ts'
import { EMPTIED } from '../engine/emptied.ts'
import { storedEvents } from '../engine/inbox/stored-events.ts'
import { cliFault } from './frame/cli-fault.ts'
import { type Desk, defineCommand, type Program } from './frame/command.ts'
import { text } from './frame/slot.ts'

const eventSlot = text('编号', '日志里的 eventId，或者 npm run -s actions -- dead 里 E 开头的编号')

const STATE_ZH: Record<string, string> = {
  new: '等待处理',
  done: '已处理',
  kept: '没有用到，留着',
  dead: '反复失败，已放弃',
}

/** E7 and 7 alike. */
function idOf(number: string): number {
  const id = /^E?(\d{1,15})$/i.exec(number)?.[1]
  if (id === undefined) throw cliFault('wrong-use', `编号要写成数字，例如 7 或 E7，不是「${number}」。`)
  return Number(id)
}

const byId = async (desk: Desk, id: number) => {
  const event = await (await desk.db()).tx((tx) => storedEvents.byId(tx, id))
  if (event === undefined) throw cliFault('no', `没有编号是 ${id} 的事件；处理完的事件过一段时间会清掉。`)
  return event
}

const show = defineCommand({
  name: 'show',
  audited: 'look',
  scope: 'customers',
  says: '看一个收到的事件：什么时候、处理到哪一步、出了什么错、内容',
  words: { number: eventSlot },
  run: async ({ number }, desk) => {
    const event = await byId(desk, idOf(number))
    const content = withoutCredentials(event.payload)
    const done = JSON.parse(event.done_subscriptions ?? '[]') as string[]
    return {
      text: [
        `事件 ${event.id}  ${event.kind}  ${STATE_ZH[event.state] ?? event.state}`,
        `发生 ${shanghaiText(event.event_at)}，收到 ${shanghaiText(event.received_at)}，试了 ${event.attempts} 次`,
        ...(done.length === 0 ? [] : [`已经处理过的部分：${done.join('、')}`]),
        ...(event.last_error === null ? [] : [`最近的错误：${event.last_error}`]),
        JSON.stringify(content, null, 2),
      ].join('\n'),
      data: { ...event, payload: content },
    }
  },
})

const replay = defineCommand({
  name: 'replay',
  audited: 'change',
  scope: 'operate',
  says: '从头再处理一遍；做过的不会重复做',
  words: { number: eventSlot },
  run: async ({ number }, desk) => {
    const { id, payload } = await byId(desk, idOf(number))
    if (payload === EMPTIED) {
      throw cliFault('no', `事件 ${id} 的内容过了保存期（KEEP_CALLBACK_DAYS），只剩一行记录，不能再处理。`)
    }
    const isAnew = await (await desk.db()).tx((tx) => storedEvents.replay(tx, id, desk.clock.now()))
    return {
      text: isAnew ? `事件 ${id} 已重新排队，运行中的服务一秒内会处理。` : `事件 ${id} 还在等待处理。`,
      data: { id, isAnew },
      changed: isAnew ? [{ of: `E${id}`, before: { state: 'handled' }, after: { state: 'new' } }] : [],
    }
  },
})

/** A welcome code sends a message in the guide's name. */
const withoutCredentials = (payload: string): unknown =>
  JSON.parse(payload, (key, value: unknown) => (/welcomecode/i.test(key) && value !== null ? '（已隐去）' : value))

export const eventsProgram: Program = {
  name: 'events',
  says: '收到的事件。',
  commands: [show, replay],
}
