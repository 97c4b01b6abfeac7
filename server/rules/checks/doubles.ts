import type { Drafts } from '../files/draft.ts'
import { isSingle, KINDS, RULE_KINDS } from '../files/rule-kinds.ts'

/** Two rules of one name, names with blanks around them, and a second part where one is all there may be. */
export function refuseDoubles(drafts: Drafts): void {
  for (const kind of RULE_KINDS) {
    const { key, zh } = KINDS[kind]
    if (isSingle(kind)) {
      drafts[kind][1]?.fault([], `${zh}只能写在一个文件的一段里`, '合并成一段')
      continue
    }
    // A domain of scripts may have several files.
    if (kind === 'scripts') continue
    const first = new Map<string, string>()
    for (const draft of drafts[kind]) {
      const earlier = first.get(draft.name)
      if (earlier === undefined) first.set(draft.name, draft.file)
      else draft.fault([key], `${zh}「${draft.name}」已经写在 ${earlier} 里`, '换一个名字，或者删掉一个')
      if (draft.name.trim() !== draft.name) draft.fault([key], '名字前后不能有空格', '删掉空格')
    }
  }
}
