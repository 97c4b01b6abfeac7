import { preparedMedia } from '../../../records/media/prepared-media.ts'
import type { Check } from '../check.ts'
import { type Finding, ok, warn } from '../finding.ts'

const WHAT = '图片素材'
const MOST = 5

/** Pictures that welcomes and scripts need and WeCom did not take. */
export const media: Check = {
  group: '运行',
  what: WHAT,
  look: async (context): Promise<Finding | Finding[]> => {
    const db = await context.db()
    const all = [...(await db.tx((tx) => preparedMedia.all(tx))).values()]
    const bad = all.filter(({ trouble }) => trouble !== undefined)
    if (bad.length === 0) return ok(WHAT, all.length === 0 ? '规则里没有用到' : `${all.length} 张都备好了`)
    return bad
      .slice(0, MOST)
      .map(({ source, trouble }) =>
        warn(`${WHAT}：${source}`, trouble ?? '', '换一张符合要求的图片（JPG 或 PNG，小于 2 MB），存好后自动重传'),
      )
  },
}
