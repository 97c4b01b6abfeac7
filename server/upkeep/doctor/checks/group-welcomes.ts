import { groupWelcomes as stored } from '../../../operations/group-welcomes/group-welcome-queries.ts'
import type { Check } from '../check.ts'
import { type Finding, ok, warn } from '../finding.ts'

const WHAT = '入群欢迎语'

/** Templates for groups that do not stand at the platform as their pool's file says. */
export const groupWelcomes: Check = {
  group: '运行',
  what: WHAT,
  look: async (context): Promise<Finding | Finding[]> => {
    const db = await context.db()
    const all = await db.tx((tx) => stored.all(tx))
    const bad = all.filter(({ trouble }) => trouble !== null)
    if (bad.length === 0)
      return ok(WHAT, all.length === 0 ? '群池里没有写' : `${all.length} 个群池的都没有问题，选上要靠群主`)
    return bad.map(({ pool, trouble }) =>
      warn(`${WHAT}：${pool}`, trouble ?? '', '按上面说的做；npm run -s groups -- pools 看每个群池'),
    )
  },
}
