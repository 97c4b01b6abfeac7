import { HOUR_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import { createOutbox } from '../../engine/actions/outbox.ts'
import { planTagUndo, queueTagUndo, type TagUndo } from '../../records/tags/undo-tags.ts'
import { sopSlot } from '../find/find-sop.ts'
import { type ChangeAnswer, type Changed, defineCommand } from '../frame/command.ts'
import { flag, or, whole } from '../frame/slot.ts'
import { onSop, releaseOf, titleOf } from './known-sop.ts'

export const undoCommand = defineCommand({
  name: 'undo',
  audited: 'change',
  scope: 'operate',
  says: '撤回这条 SOP 最近几小时打的和去掉的标签；不写 --yes 只看不做',
  lists: true,
  words: { sop: sopSlot },
  options: {
    hours: or(24, whole('小时', '往回多少小时', { min: 1, max: 24 * 31 })),
    yes: flag('真的撤回'),
  },
  run: async ({ sop: written, hours, yes }, desk) =>
    onSop(desk, written, async (tx, sop): Promise<ChangeAnswer> => {
      const title = await titleOf(tx, await releaseOf(tx, sop))
      const now = desk.clock.now()
      const undos = await planTagUndo(tx, sop, now - hours * HOUR_MS)
      const head = `SOP「${title}」从 ${shanghaiText(now - hours * HOUR_MS)} 到现在`
      const sheet = {
        header: ['客户编号', '去掉', '打回'],
        rows: undos.map(({ externalUserId, add, remove }) => [externalUserId, remove.join('、'), add.join('、')]),
      }
      const answer = { data: { sop, isDone: yes, customers: undos }, sheet, changed: [] }
      if (undos.length === 0) return { ...answer, text: `${head}没有可以撤回的标签变化。` }
      const lines = [`${head}有 ${undos.length} 位客户的标签可以撤回：`, ...totals(undos)]
      if (!yes) return { ...answer, text: [...lines, '还没有撤回。确认后加上 --yes 再运行一次。'].join('\n') }
      const outbox = createOutbox({ clock: desk.clock, nudge: () => undefined })
      // One undoing a minute: twice the same command is once.
      const round = String(Math.floor(now / 60_000))
      const queued = await queueTagUndo(tx, outbox, { sop, title, round, undos })
      const done = `已排队 ${queued} 位客户，服务会按企业微信的限额去改；人工动过的标签不改。`
      return { ...answer, text: [...lines, done].join('\n'), changed: queued === 0 ? [] : undos.map(undoneOf) }
    }),
})

const undoneOf = ({ externalUserId, add, remove }: TagUndo): Changed => ({
  of: '标签',
  customer: externalUserId,
  before: { tags: remove },
  after: { tags: add },
})

function totals(undos: readonly TagUndo[]): string[] {
  const counts = new Map<string, number>()
  for (const { add, remove } of undos) {
    for (const tag of remove) counts.set(`去掉 ${tag}`, (counts.get(`去掉 ${tag}`) ?? 0) + 1)
    for (const tag of add) counts.set(`打回 ${tag}`, (counts.get(`打回 ${tag}`) ?? 0) + 1)
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([what, count]) => `  ${what}：${count} 位`)
}
