import { computed, shallowRef } from 'vue'
import type { TimelineOnly } from '../api/api.ts'
import { useAnswer } from '../api/use-answer.ts'
import { usePages } from '../api/use-pages.ts'
import { useSidebar } from '../session/sidebar-context.ts'
import { foldRules } from './fold.ts'

/** Newest first, a page at a time; `only`: what the guide wants to see of it. */
export function useTimeline() {
  const { api, externalUserId, profile, toast } = useSidebar()
  const only = shallowRef<TimelineOnly>()
  const filter = (): { only?: TimelineOnly } => (only.value === undefined ? {} : { only: only.value })
  // Another filter is another question.
  const key = (): string | undefined =>
    externalUserId.value === '' ? undefined : `${externalUserId.value} ${only.value ?? ''}`
  const first = useAnswer(key, (_, signal) => api.timeline(externalUserId.value, filter(), signal), {
    again: () => profile.value,
  })
  const { pages, ...paging } = usePages(
    () => key() ?? '',
    first,
    (_, before) => api.timeline(externalUserId.value, { ...filter(), before }),
    toast,
  )
  const entries = computed(() => pages.value.flatMap((page) => page.entries))
  return { ...first, ...paging, only, entries, rows: computed(() => foldRules(entries.value)) }
}
