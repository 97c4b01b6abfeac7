import { computed, shallowRef, watch } from 'vue'
import type { TimelineEntry } from '../../../server/sidebar-api/contract.ts'
import { useAnswer } from '../api/use-answer.ts'
import { useSidebar } from '../session/sidebar-context.ts'

/** Newest first, a page at a time. */
export function useTimeline() {
  const { api, externalUserId, profile, toast } = useSidebar()
  const first = useAnswer(
    () => externalUserId.value || undefined,
    (id, signal) => api.timeline(id, undefined, signal),
    { again: () => profile.value },
  )
  const older = shallowRef<TimelineEntry[]>([])
  const nextBefore = shallowRef<string | null>(null)
  const loadingMore = shallowRef(false)

  watch(first.data, (page) => {
    older.value = []
    nextBefore.value = page?.nextBefore ?? null
  })

  async function more(): Promise<void> {
    const id = externalUserId.value
    if (nextBefore.value === null || loadingMore.value) return
    loadingMore.value = true
    try {
      const page = await api.timeline(id, nextBefore.value)
      if (externalUserId.value !== id) return
      older.value = [...older.value, ...page.entries]
      nextBefore.value = page.nextBefore
    } catch (error) {
      toast(error instanceof Error ? error.message : '没有加载出来，请重试')
    } finally {
      loadingMore.value = false
    }
  }

  return {
    ...first,
    entries: computed(() => [...(first.data.value?.entries ?? []), ...older.value]),
    hasMore: computed(() => nextBefore.value !== null),
    loadingMore,
    more,
  }
}
