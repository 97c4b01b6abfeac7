import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { type Duty, dutyQueries } from '../../operations/tasks/duties/duty-queries.ts'
import { staffQueries } from '../../records/staff/staff-queries.ts'
import { defineCommand, mostListed } from '../frame/command.ts'
import { table } from '../frame/table.ts'

const STATE_ZH: Record<Duty['state'], string> = { open: '没做', held: '排到明早', done: '做完了', dropped: '不做了' }
const HEADER = ['要在什么时候前做完', '谁', '做什么', '群', '怎么样了', '写的一句', '规则']

export const dutiesCommand = defineCommand({
  name: 'duties',
  audited: 'look',
  scope: 'customers',
  says: '群里请员工做的事（主持、群公告……）：谁、做了没有、写了什么；新的在前',
  lists: true,
  run: async (_values, desk, form) => {
    const nowMs = desk.clock.now()
    const found = await (await desk.db()).tx(async (tx) => {
      const duties = await dutyQueries.latest(tx, mostListed(form))
      const names = await staffQueries.namesOf(tx, [...new Set(duties.map(({ userId }) => userId))])
      return duties.map((duty) => ({ ...duty, staffName: names.get(duty.userId) ?? duty.userId }))
    })
    const rows = found.map((duty) => [
      shanghaiText(duty.dueAtMs),
      duty.staffName,
      duty.title,
      duty.groupNames,
      duty.state === 'open' && duty.dueAtMs < nowMs ? '没做，已超时' : STATE_ZH[duty.state],
      duty.outcome ?? '',
      duty.name,
    ])
    return {
      text:
        rows.length === 0 ? '还没有。写在社群日历的 host 或 config/group-sops/ 的 duty 里。' : table([HEADER, ...rows]),
      data: { duties: found },
      sheet: { header: HEADER, rows },
    }
  },
})
