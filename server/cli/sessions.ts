import type { Tx } from '../core/db/tx.ts'
import { shanghaiText } from '../core/kernel/shanghai.ts'
import { type KeptSession, keptSessions } from '../sidebar-api/kept-sessions.ts'
import { findGuide } from './find/find-guide.ts'
import { type GuideNames, guideNames, guideText } from './find/guide-names.ts'
import { cliFault } from './frame/cli-fault.ts'
import { defineCommand, type Program } from './frame/command.ts'
import { flag, many, optional, text } from './frame/slot.ts'
import { table } from './frame/table.ts'

const HEADER = ['编号', '谁', '登录', '最近一次']

const list = defineCommand({
  name: '',
  audited: 'no',
  scope: 'owner',
  says: '谁在侧边栏和医生页里登录着：从什么时候起、最近一次用是什么时候',
  lists: true,
  run: async (_values, desk) => {
    const { open, names } = await (await desk.db()).tx(async (tx) => ({
      open: await keptSessions.open(tx, desk.clock.now()),
      names: await guideNames(tx),
    }))
    const rows = open.map((one) => cellsOf(one, names))
    return {
      text: rows.length === 0 ? '没有人登录着。' : table([HEADER, ...rows]),
      data: { sessions: open },
      sheet: { header: HEADER, rows },
    }
  },
})

const cellsOf = ({ id, userId, place, begunAtMs, seenAtMs }: KeptSession, names: GuideNames): string[] => [
  id,
  place === 'doctor' ? '医生页（DOCTOR_KEY）' : guideText(names, userId),
  shanghaiText(begunAtMs),
  shanghaiText(seenAtMs),
]

const end = defineCommand({
  name: 'end',
  audited: 'change',
  scope: 'owner',
  says: '结束登录：写编号、--guide 或 --all；那边的下一次操作就要重新登录',
  words: { ids: many(text('编号', '列表里的编号')) },
  options: {
    guide: optional(text('导购', '这位成员的全部登录：姓名或账号')),
    all: flag('所有人的全部登录'),
  },
  run: async ({ ids, guide, all }, desk) => {
    const ways = [ids.length > 0, guide !== undefined, all].filter(Boolean).length
    if (ways !== 1) throw cliFault('wrong-use', '写编号、--guide <导购> 或 --all，只写一样。')
    const now = desk.clock.now()
    const { ended, changed } = await (await desk.db()).tx(async (tx) => {
      const before = await keptSessions.open(tx, now)
      const userId = guide === undefined ? undefined : await findGuide(tx, guide)
      const count = ids.length > 0 ? await endEach(tx, ids, now) : await keptSessions.endAll(tx, userId, now)
      const left = new Set((await keptSessions.open(tx, now)).map(({ id }) => id))
      const gone = before.filter(({ id }) => !left.has(id))
      return { ended: count, changed: gone.map((one) => ({ of: one.id, before: { userId: one.userId } })) }
    })
    return { text: ended === 0 ? '本来就没有登录着。' : `结束了 ${ended} 个登录。`, data: { ended }, changed }
  },
})

async function endEach(tx: Tx, ids: readonly string[], now: number): Promise<number> {
  const open = new Set((await keptSessions.open(tx, now)).map(({ id }) => id))
  const strange = ids.find((id) => !open.has(id))
  if (strange !== undefined) throw cliFault('no', `没有编号是「${strange}」的登录；先不带命令运行，看看有哪些。`)
  for (const id of ids) await keptSessions.end(tx, id, now)
  return ids.length
}

export const sessionsProgram: Program = {
  name: 'sessions',
  says: '侧边栏和医生页的登录。丢了手机、换了人、被停用时在这里结束；离职、停用和不在可见范围的成员自己就进不来。',
  commands: [list, end],
}
