import { HOUR_MS, shanghaiText } from '../../core/kernel/shanghai.ts'
import { createOutbox } from '../../engine/actions/outbox.ts'
import { planTagUndo, queueTagUndo, type TagUndo } from '../../records/tags/undo-tags.ts'
import { inForce } from './in-force.ts'
import { readWords, wrongUse } from './read-words.ts'
import type { SopCommand } from './sop-command.ts'

const DEFAULT_HOURS = 24
const MOST_HOURS = 24 * 31

export const undoCommand: SopCommand = {
  usage: 'undo <SOP> [--hours 24] [--yes]',
  says: '撤回这条 SOP 最近几小时打的和去掉的标签；不写 --yes 只看不做',
  run: async (words, deps) => {
    const options = { hours: { type: 'string' }, yes: { type: 'boolean' } } as const
    const { given, values } = readWords(words, { options, names: ['SOP 的编号'], least: 1 })
    const [sop = ''] = given
    const hours = Number(values.hours ?? DEFAULT_HOURS)
    if (!Number.isInteger(hours) || hours < 1 || hours > MOST_HOURS)
      throw wrongUse(`--hours 要写 1 到 ${MOST_HOURS} 的整数。`)
    const title = (await inForce(deps))?.sops.get(sop)?.title ?? sop
    const db = deps.db()
    const now = deps.clock.now()
    const undos = await db.tx((tx) => planTagUndo(tx, sop, now - hours * HOUR_MS))
    const head = `SOP「${title}」从 ${shanghaiText(now - hours * HOUR_MS)} 到现在`
    if (undos.length === 0) return { code: 0, out: `${head}没有可以撤回的标签变化。`, err: '' }
    const lines = [`${head}有 ${undos.length} 位客户的标签可以撤回：`, ...totals(undos)]
    if (values.yes !== true) {
      return { code: 0, out: [...lines, '还没有撤回。确认后加上 --yes 再运行一次。'].join('\n'), err: '' }
    }
    const outbox = createOutbox({ clock: deps.clock, nudge: () => undefined })
    // One undoing a minute: twice the same command is once.
    const round = String(Math.floor(now / 60_000))
    const queued = await db.tx((tx) => queueTagUndo(tx, outbox, { sop, title, round, undos }))
    const done = `已排队 ${queued} 位客户，服务会按企业微信的限额去改；人工动过的标签不改。`
    return { code: 0, out: [...lines, done].join('\n'), err: '' }
  },
}

function totals(undos: readonly TagUndo[]): string[] {
  const counts = new Map<string, number>()
  for (const { add, remove } of undos) {
    for (const tag of remove) counts.set(`去掉 ${tag}`, (counts.get(`去掉 ${tag}`) ?? 0) + 1)
    for (const tag of add) counts.set(`打回 ${tag}`, (counts.get(`打回 ${tag}`) ?? 0) + 1)
  }
  return [...counts].sort(([, a], [, b]) => b - a).map(([what, count]) => `  ${what}：${count} 位`)
}
