import { foldedWord } from '../../core/kernel/folded-word.ts'
import { SERVICE_TEXT_BYTES } from '../../core/kernel/wecom-limits.ts'
import type { StopWords } from '../schema/policy-rule.ts'
import { type AnyDraft, checkDoubles } from './check-context.ts'

/** What customers say to a customer service every day and mean something else by. */
const COMMON = new Set(
  '好 好的 好吧 嗯 嗯嗯 哦 是 是的 对 不 不是 不用 不用了 不要 不要了 没有 有 可以 行 算了 谢谢 你好 您好 在吗 收到 知道了 了解 人工 客服 ok yes no y n t 0 1 2'.split(
    ' ',
  ),
)

/** Words of `stopWords` in policy.yaml and their answers. */
export function checkStopWords(draft: AnyDraft, { accounts = [], stop, again }: Partial<StopWords>): void {
  checkDoubles(draft, ['stopWords', 'accounts'], accounts)
  const seen = new Map<string, { way: string; word: string }>()
  for (const [way, one] of Object.entries({ stop, again })) {
    for (const [index, word] of (one?.words ?? []).entries()) {
      const here = ['stopWords', way, 'words', index]
      const folded = foldedWord(word)
      const other = seen.get(folded)
      if (folded === '') draft.fault(here, '这个词是空的', '写上词，或去掉这一项')
      else if (other === undefined) seen.set(folded, { way, word })
      else if (other.way === way)
        draft.fault(here, `「${word}」和「${other.word}」是同一个词`, '只留一个，大小写和全角半角不分')
      else draft.fault(here, `「${word}」既算退订又算恢复`, '只留在一边，大小写和全角半角不分')
      if (COMMON.has(folded))
        draft.advise(here, `「${word}」客户平时也常说，说了就算${way === 'stop' ? '退订' : '恢复'}`, '换成不会误说的词')
    }
    if (one?.answer !== undefined) checkAnswer(draft, ['stopWords', way, 'answer'], one.answer)
  }
}

function checkAnswer(draft: AnyDraft, here: string[], answer: string): void {
  const bytes = Buffer.byteLength(answer)
  if (answer.trim() === '') draft.fault(here, '回复是空的', '写一句客户看得懂的话')
  if (bytes > SERVICE_TEXT_BYTES)
    draft.fault(here, `回复有 ${bytes} 字节，最多 ${SERVICE_TEXT_BYTES} 字节（一个汉字 3 字节）`, '写短一些')
  if (/[{｛]/.test(answer)) draft.fault(here, '回复里不能用占位，大括号会原样发给客户', '写成一句固定的话')
}
