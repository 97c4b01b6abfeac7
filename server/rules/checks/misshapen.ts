import type { Draft } from '../files/draft.ts'
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

export type Path = (string | number)[]

/** A rule that has not the right shape is still looked through for names that do not exist and conditions that ask for what
 *  is not known, so that one round tells all. `known`: places that were told of already, with all below them. */
export function checkMisshapen(context: CheckContext, draft: Draft<unknown>, known: readonly Path[]): void {
  const isKnown = (path: Path): boolean => known.some((at) => at.length > 0 && at.every((step, i) => path[i] === step))

  function visit(value: unknown, path: Path): void {
    if (typeof value !== 'object' || value === null || isKnown(path)) return
    for (const [key, inner] of Object.entries(value)) {
      const here = [...path, Array.isArray(value) ? Number(key) : key]
      if (isKnown(here)) continue
      const isText = typeof inner === 'string'
      const kind = Object.hasOwn(NAMING, key) ? NAMING[key] : undefined
      // The name of a welcome itself stands under the same key, at the root.
      if (kind !== undefined && isText && path.length > 0) checkName(context, draft, here, kind, inner)
      else if (CONDITIONS.has(key) && typeof inner === 'object') draft.condition(here, inner)
      else if ((key === 'add' || key === 'remove') && path.at(-1) === 'tag') visitTags(inner, here)
      else visit(inner, here)
    }
  }

  function visitTags(tags: unknown, path: Path): void {
    if (!Array.isArray(tags)) return
    for (const [index, tag] of tags.entries()) {
      if (typeof tag === 'string' && !isKnown([...path, index])) checkName(context, draft, [...path, index], 'tag', tag)
    }
  }

  visit(draft.value, [])
}
