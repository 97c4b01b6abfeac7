/** What rules wrote down, in the words of guides instead of those of whoever keeps the rules: SOP and 分支 are theirs. What stands
 *  between 「 and 」 is a name that people gave, and stays. */
export const guideWords = (text: string): string =>
  text
    .replace(/走「其他」分支/g, '其余情况，照常往下走')
    .replace(/走「([^「」]+)」分支/g, '因为「$1」，走这一步')
    .replace(/没有一个分支成立/g, '没有一种情况符合')
    .split(/(「[^「」]*」)/)
    .map((part) => (part.startsWith('「') ? part : part.replace(/ ?SOP ?/g, '跟进计划')))
    .join('')
