import { shanghaiText } from '../../../core/kernel/shanghai.ts'
import { intercepts as stored } from '../../../operations/intercepts/intercept-store.ts'
import type { Check } from '../check.ts'
import { type Finding, ok, warn } from '../finding.ts'

const WHAT = '敏感词'

/** Rules for words that do not stand at the platform as their files say, or that somebody changes there. */
export const intercepts: Check = {
  group: '运行',
  what: WHAT,
  look: async (context): Promise<Finding | Finding[]> => {
    const db = await context.db()
    const all = await db.tx((tx) => stored.all(tx))
    const found = all.flatMap(({ name, trouble, drifted_at: driftedAt }) => [
      ...(trouble === null ? [] : [warn(`${WHAT}：${name}`, trouble, 'npm run -s intercepts -- list 看每一条')]),
      ...(driftedAt === null
        ? []
        : [
            warn(
              `${WHAT}：${name}`,
              `${shanghaiText(driftedAt)} 发现有人在管理后台改了，已经改回文件里写的`,
              '要改就改 config/intercepts/ 里的文件',
            ),
          ]),
    ])
    return found.length > 0 ? found : ok(WHAT, all.length === 0 ? '没有写' : `${all.length} 条都和文件一样`)
  },
}
