import { computed, shallowRef, watch } from 'vue'
import type { MyDay } from '../../../server/sidebar-api/contract.ts'
import type { Drafts } from '../session/drafts.ts'

export type Duty = NonNullable<MyDay['duties']>[number]

/** What somebody writes about a duty: what was asked for as evidence, or why it cannot be done. Neither is sent for the other. */
export const DUTY_WORDS = ['evidence', 'why'] as const
export const draftName = (id: string, what: (typeof DUTY_WORDS)[number]): string => `duty:${id}:${what}`

/** Those that stand in a day; and those that have ended elsewhere meanwhile, as long as something is written about them that
 *  nobody has got. */
export function useDuties(day: () => MyDay | undefined, drafts: Drafts) {
  const isOver = shallowRef<readonly Duty[]>([])
  /** What was begun about no customer stands under no customer. */
  const wordsOf = ({ id }: Duty): string =>
    DUTY_WORDS.map((what) => drafts.get('', draftName(id, what))?.trim() ?? '')
      .filter((text) => text !== '')
      .join('；')

  watch(day, (now, before) => {
    if (now === undefined) return
    const open = new Set(now.duties?.map(({ id }) => id))
    isOver.value = [...isOver.value, ...(before?.duties ?? [])].filter(
      (one) => !open.has(one.id) && wordsOf(one) !== '',
    )
  })

  return {
    over: computed(() => isOver.value.map((duty) => ({ duty, words: wordsOf(duty) }))),
    drop({ id }: Duty): void {
      for (const what of DUTY_WORDS) drafts.delete('', draftName(id, what))
      isOver.value = isOver.value.filter((one) => one.id !== id)
    },
  }
}
