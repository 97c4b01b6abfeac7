import { shanghaiText } from '../core/kernel/shanghai.ts'
import { createAlerts } from '../records/alerts/alerts.ts'
import { cliFault } from './frame/cli-fault.ts'
import { defineCommand, type Program } from './frame/command.ts'
import { text } from './frame/slot.ts'

const list = defineCommand({
  name: '',
  audited: 'no',
  scope: 'customers',
  says: '列出要人处理的事：从什么时候起、怎么回事、下一步做什么',
  lists: true,
  run: async (_values, desk) => {
    const alerts = createAlerts({ clock: desk.clock })
    const open = await (await desk.db()).tx((tx) => alerts.queries.open(tx))
    const blocks = open.map(
      (one) => `${one.text}\n  从 ${shanghaiText(one.sinceMs)} 起\n  下一步：${one.todo}\n  编号：${one.key}`,
    )
    return {
      text: blocks.length === 0 ? '没有要处理的事。' : blocks.join('\n\n'),
      data: { alerts: open },
      sheet: {
        header: ['编号', '从什么时候起', '怎么回事', '下一步'],
        rows: open.map((one) => [one.key, shanghaiText(one.sinceMs), one.text, one.todo]),
      },
      isNo: open.length > 0,
    }
  },
})

const done = defineCommand({
  name: 'done',
  audited: 'change',
  scope: 'operate',
  says: '已经处理好，从列表里划掉；同样的事再发生会再出现',
  words: { key: text('编号', '列表里每一件最后一行的编号') },
  run: async ({ key }, desk) => {
    const alerts = createAlerts({ clock: desk.clock })
    const sinceMs = await (await desk.db()).tx(async (tx) => {
      const open = (await alerts.queries.open(tx)).find((alert) => alert.key === key)
      if (open === undefined) throw cliFault('no', `没有编号是「${key}」的事；先不带命令运行，看看有哪些。`)
      await alerts.resolve(tx, key)
      return open.sinceMs
    })
    return { text: `已划掉：${key}`, data: { done: key }, changed: [{ of: key, before: { sinceMs } }] }
  },
})

export const alertsProgram: Program = {
  name: 'alerts',
  says: '要人处理的事。有的话退出码是 1，方便接监控。',
  commands: [list, done],
}
