import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Draft } from '../files/draft.ts'
import type { ProfileRules } from '../schema/profile-rules.ts'
import type { ScriptRules } from '../schema/rule-files.ts'
import { isUnfounded } from '../script-claims.ts'
import type { CheckContext } from './check-context.ts'
import { checkContent, ORDER_PLACEHOLDERS, PLACEHOLDERS } from './content.ts'

/** Gives the event loop a turn after each file: a library may hold thousands. */
export async function checkScripts(
  context: CheckContext,
  drafts: Draft<ScriptRules>[],
  profiles: readonly Draft<ProfileRules>[],
): Promise<void> {
  const fields = profiles.flatMap(({ value }) => value.fields.flatMap(({ field, name = field }) => [field, name]))
  const placeholders = [...PLACEHOLDERS, ...ORDER_PLACEHOLDERS, ...new Set(fields.map((name) => `{${name}}`))]
  const seen = new Map<string, string>()
  for (const draft of drafts) {
    for (const [s, { scripts }] of draft.value.situations.entries()) {
      for (const [i, script] of scripts.entries()) {
        const here = ['situations', s, 'scripts', i]
        const other = seen.get(script.id)
        if (other !== undefined) {
          draft.fault([...here, 'id'], `话术编号「${script.id}」已经用在「${other}」`, '每条话术用自己的编号')
        }
        seen.set(script.id, script.title)
        // The sidebar knows all of them when the guide sends it, or says what it does not know.
        checkContent(context, draft, here, script, { placeholders })
        if (script.for !== undefined) draft.condition([...here, 'for'], script.for)
        for (const [n, path] of (script.basis ?? []).entries()) {
          if (!context.vocabulary.facts.some((fact) => fact.path === path)) {
            draft.fault([...here, 'basis', n], `没有「${path}」这个事实`, '写条件里能用的事实，如 orders.paid.count')
          }
        }
        if (isUnfounded(script)) {
          draft.advise(
            [...here, 'text'],
            '话里说替客户算过、查过，却没有写依据，不会推荐给导购',
            '改成不这么说，或者用 basis 列出依据的事实，如 basis: [orders.paid.count]',
          )
        }
      }
    }
    await nextTurn()
  }
}
