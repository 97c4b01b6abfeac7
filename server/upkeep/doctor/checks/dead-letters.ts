import type { Column } from '../../../core/db/define-table.ts'
import { count, maybeNumber, select, sql } from '../../../core/db/sql.ts'
import { shanghaiText } from '../../../core/kernel/shanghai.ts'
import { ACTION } from '../../../engine/actions/action-tables.ts'
import { INBOUND_EVENT } from '../../../engine/inbox/event-tables.ts'
import type { Check } from '../check.ts'
import { type Finding, ok, warn } from '../finding.ts'

const WHAT = '死信'

interface Dead {
  n: number
  latest: number | null
}

const dead = (at: Column<number> | Column<number | null>) =>
  select({ n: count(), latest: maybeNumber(sql`MAX(${at})`) })

/** What was tried to the end and waits for a person. */
export const deadLetters: Check = {
  group: '运行',
  what: WHAT,
  look: async (context): Promise<Finding | Finding[]> => {
    const db = await context.db()
    const [events, actions] = await db.tx(async (tx) => [
      await tx.row(
        sql`SELECT ${dead(INBOUND_EVENT.received_at)} FROM ${INBOUND_EVENT} WHERE ${INBOUND_EVENT.state} = 'dead'`,
      ),
      await tx.row(sql`SELECT ${dead(ACTION.finished_at)} FROM ${ACTION} WHERE ${ACTION.state} = 'dead'`),
    ])
    const findings = [told('事件', events), told('动作', actions)].flat()
    return findings.length > 0 ? findings : ok(WHAT, '没有')
  },
}

function told(kind: string, dead: Dead | undefined): Finding[] {
  if (dead === undefined || dead.n === 0) return []
  const latest = dead.latest === null ? '' : `，最近一个在 ${shanghaiText(dead.latest)}`
  return [
    warn(
      WHAT,
      `${dead.n} 个${kind}试到最后也没成${latest}`,
      '运行 npm run -s actions -- dead 看原因，修好后 -- retry 重试',
    ),
  ]
}
