import { shanghaiNear, shanghaiParts } from '../core/kernel/shanghai.ts'

/** What rules wrote down, in the words of guides instead of those of whoever keeps the rules: SOP and 分支 are theirs, and so are days as
 *  2026-11-22. What stands between 「 and 」 is a name that people gave, and stays. */
export const guideWords = (text: string): string =>
  text
    .replace(/走「其他」分支/g, '其余情况，照常往下走')
    .replace(/走「([^「」]+)」分支/g, '因为「$1」，走这一步')
    .replace(/没有一个分支成立/g, '没有一种情况符合')
    .split(/(「[^「」]*」)/)
    .map((part) =>
      part.startsWith('「')
        ? part
        : part
            .replace(/ ?SOP ?/g, '跟进计划')
            .replace(MOMENT, '$1月$2日 $3')
            .replace(DAY, '$1年$2月$3日'),
    )
    .join('')

/** One with an hour is near: its year says nothing. */
const MOMENT = /(?<![\d-])(?:\d{4}-)?0?(\d{1,2})-0?(\d{1,2}) (\d{2}:\d{2})(?![\d:])/g
const DAY = /(?<![\d-])(\d{4})-0?(\d{1,2})-0?(\d{1,2})(?![\d-])/g

/** An instant as a guide reads it, in Shanghai: `11月22日 09:05`, with the year where it is another one than now. */
export const saidAt = (instantMs: number, nowMs: number): string => {
  const { year } = shanghaiParts(instantMs)
  return `${year === shanghaiParts(nowMs).year ? '' : `${year}年`}${shanghaiNear(instantMs)}`
}
