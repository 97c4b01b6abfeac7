import type { Draft } from '../draft.ts'
import type { Path } from '../yaml-rules.ts'
import { missingName, type NameKind, type Names } from './names.ts'

/** What the checks of single rules need to know about all the others. */
export interface CheckContext {
  names: Names
  /** Problem with the asset at a path below `config/assets/`, as message and suggestion; undefined when it is good. */
  assetProblem(asset: string): [message: string, suggestion: string] | undefined
}

export type AnyDraft = Pick<Draft<unknown>, 'fault'>

/** Reports a reference to something that does not exist. */
export function checkName(context: CheckContext, draft: AnyDraft, path: Path, kind: NameKind, name: string): void {
  const missing = missingName(context.names, kind, name)
  if (missing !== undefined) draft.fault(path, ...missing)
}

/** Reports tags that do not exist and tags written twice. */
export function checkTags(context: CheckContext, draft: AnyDraft, path: Path, tags: readonly string[] = []): void {
  for (const [index, tag] of tags.entries()) {
    checkName(context, draft, [...path, index], 'tag', tag)
    if (tags.indexOf(tag) < index) draft.fault([...path, index], `标签「${tag}」写了两次`, '只留一个')
  }
}

export function checkDoubles(draft: AnyDraft, path: Path, values: readonly string[] = []): void {
  for (const [index, value] of values.entries()) {
    if (values.indexOf(value) < index) draft.fault([...path, index], `「${value}」写了两次`, '只留一个')
  }
}
