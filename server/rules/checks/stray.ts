import type { Draft } from '../files/draft.ts'
import type { Path } from '../files/yaml-rules.ts'
import type { NameKind } from '../schema/name-kind.ts'
import { type CheckContext, checkName } from './check-context.ts'

/** Keys whose value, wherever they stand, names something or is a condition. */
const NAMING: Readonly<Record<string, NameKind>> = {
  welcome: 'welcome',
  invite: 'pool',
  groupQr: 'pool',
  script: 'script',
  start: 'sop',
}
const CONDITIONS = new Set(['when', 'audience', 'entry', 'for'])

/** A part that stands where it cannot is still looked through for names that do not exist and conditions that ask for what is
 *  not known, so that one round tells all. `at`: around it. */
export function checkStray(context: CheckContext, draft: Draft<unknown>, at: Path, part: unknown): void {
  function visit(value: unknown, path: Path): void {
    if (typeof value !== 'object' || value === null) return
    for (const [key, inner] of Object.entries(value)) {
      const here = [...path, Array.isArray(value) ? Number(key) : key]
      const isText = typeof inner === 'string'
      const kind = Object.hasOwn(NAMING, key) ? NAMING[key] : undefined
      if (kind !== undefined && isText) checkName(context, draft, here, kind, inner)
      else if (CONDITIONS.has(key) && typeof inner === 'object') draft.condition(here, inner)
      else if ((key === 'add' || key === 'remove') && path.at(-1) === 'tag') visitTags(inner, here)
      else visit(inner, here)
    }
  }

  function visitTags(tags: unknown, path: Path): void {
    if (!Array.isArray(tags)) return
    for (const [index, tag] of tags.entries()) {
      if (typeof tag === 'string') checkName(context, draft, [...path, index], 'tag', tag)
    }
  }

  visit(part, at)
}
