import { defineCommand } from '../frame/command.ts'
import { text } from '../frame/slot.ts'
import { eraseListed, readErasedList, saveErasedList } from './erased-list.ts'

export const saveListCommand = defineCommand({
  name: 'save-list',
  audited: 'change',
  scope: 'owner',
  says: '把删除名单存到文件，和备份放在一起；里面只有带密钥的摘要，认不出是谁',
  more: '每次删除以后存一次：恢复旧备份时，名单要用最新的，不用备份里的。backup -- make 会自己带一份。',
  words: { file: text('文件', '还不存在的文件，例如 erased.json') },
  run: async ({ file }, desk) => {
    const erased = await saveErasedList(desk, file)
    return {
      text: `删除名单写进了 ${file}（${erased} 条）。`,
      data: { file, erased },
      changed: [{ of: file, after: { erased } }],
    }
  },
})

export const reapplyCommand = defineCommand({
  name: 'reapply',
  audited: 'change',
  scope: 'owner',
  says: '恢复备份以后、启动服务以前：把名单里的人再删一次',
  words: { file: text('文件', 'save-list 存的名单') },
  run: async ({ file }, desk) => {
    const list = await readErasedList(file)
    const { erased, cleared } = await eraseListed(desk, list)
    return {
      text: `名单有 ${list.length} 条，备份带回来的 ${erased} 位已再次删除。`,
      data: { listed: list.length, erased, cleared },
      changed: erased === 0 ? [] : [{ of: 'erased', before: { back: erased }, after: { back: 0 } }],
    }
  },
})
