import { groupQueries } from '../../records/groups/group-queries.ts'
import { changeGroupTags } from '../../records/groups/group-tags.ts'
import { GROUP_TAG_CHARS } from '../../rules/schema/group-sop-rule.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { type Desk, defineCommand } from '../frame/command.ts'
import { text } from '../frame/slot.ts'

const words = {
  group: text('群', '群名或 chat_id'),
  tag: text('群标签', '只有活水知道，1 到 20 个字；规则里用 group.tags 问'),
}

/** Gives what became of it, with what was there before. */
async function change(desk: Desk, group: string, tag: string, how: 'add' | 'remove') {
  if (tag.trim() === '' || Array.from(tag).length > GROUP_TAG_CHARS)
    throw cliFault('no', `群标签要 1 到 ${GROUP_TAG_CHARS} 个字。`)
  return (await desk.db()).tx(async (tx) => {
    const all = (await groupQueries.all(tx)).filter(({ chatId, name }) => chatId === group || name === group)
    const [found] = all
    if (found === undefined) throw cliFault('no', `没有叫「${group}」的群；刚建的过一分钟再试。`)
    if (all.length > 1)
      throw cliFault(
        'no',
        `有 ${all.length} 个群叫「${group}」，写 chat_id：${all.map((one) => one.chatId).join('、')}`,
      )
    const wanted = { add: how === 'add' ? [tag] : [], remove: how === 'remove' ? [tag] : [] }
    await changeGroupTags(tx, [found.chatId], { ...wanted, nowMs: desk.clock.now() })
    const after = [...new Set([...found.tags.filter((one) => how === 'add' || one !== tag), ...wanted.add])].sort()
    return {
      text: `「${found.name || found.chatId}」的群标签：${after.length === 0 ? '没有' : after.join('、')}`,
      data: { chatId: found.chatId, tags: after },
      changed: [{ of: found.chatId, before: { tags: found.tags }, after: { tags: after } }],
    }
  })
}

export const tagCommand = defineCommand({
  name: 'tag',
  audited: 'change',
  scope: 'operate',
  says: '给一个群打上群标签',
  words,
  run: ({ group, tag }, desk) => change(desk, group, tag, 'add'),
})

export const untagCommand = defineCommand({
  name: 'untag',
  audited: 'change',
  scope: 'operate',
  says: '去掉一个群的群标签',
  words,
  run: ({ group, tag }, desk) => change(desk, group, tag, 'remove'),
})
