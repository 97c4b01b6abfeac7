import type { AtHand } from '../at-hand.ts'
import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { NameKind } from '../schema/name-kind.ts'
import type { CheckedWords } from '../vocabulary.ts'
import type { AssetUse } from './assets.ts'
import type { Goods } from './goods.ts'
import { missingName, type Names } from './names.ts'

/** What the checks of single rules need to know about all the others. */
export interface CheckContext {
  names: Names
  vocabulary: CheckedWords
  atHand: AtHand | undefined
  goods: Goods
  /** 组/名: of strategies (规则组), known and not ours to put on. */
  strategyTags: ReadonlySet<string>
  /** `{链接:名字}` of policy.yaml; undefined when that file cannot be read: then any may be right. */
  linkPlaces: readonly string[] | undefined
  /** Problem with the asset at a path below `config/assets/`, as message and suggestion; undefined when it is good. */
  assetProblem(asset: string, as?: AssetUse): [message: string, suggestion: string] | undefined
  /** How long a video there is; undefined: it does not say, or cannot be read. */
  videoSeconds(asset: string): number | undefined
}

export type AnyDraft = Pick<Draft<unknown>, 'fault' | 'advise' | 'isLeftOut'>

/** Reports a reference to something that does not exist. */
export function checkName(context: CheckContext, draft: AnyDraft, path: Path, kind: NameKind, name: string): void {
  const missing = missingName(context.names, kind, name)
  if (missing !== undefined) draft.fault(path, ...missing)
}

/** Reports a tag that does not exist or that we may not put on. */
export function checkTag(context: CheckContext, draft: AnyDraft, path: Path, tag: string): void {
  checkName(context, draft, path, 'tag', tag)
  if (context.strategyTags.has(tag)) {
    draft.fault(path, `「${tag}」是规则组的标签，活水不打也不去掉`, '换成企业标签；规则组的标签只能用在条件里')
  }
}

/** Reports tags that do not exist, are not ours to put on, or are written twice. */
export function checkTags(context: CheckContext, draft: AnyDraft, path: Path, tags: readonly string[] = []): void {
  for (const [index, tag] of tags.entries()) {
    checkTag(context, draft, [...path, index], tag)
    if (tags.indexOf(tag) < index) draft.fault([...path, index], `标签「${tag}」写了两次`, '只留一个')
  }
}

export function checkDoubles(draft: AnyDraft, path: Path, values: readonly string[] = []): void {
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) < index) draft.fault([...path, index], `「${value}」写了两次`, '只留一个')
  }
}
