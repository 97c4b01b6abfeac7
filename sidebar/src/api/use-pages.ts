import { computed, type Ref, readonly, shallowRef, watch } from 'vue'
import type { ApiError } from './api-error.ts'

/** A list that comes newest first, a page at a time: `first` is asked again whenever there is news, `ask` gives the page
 *  after `before`. The pages that followed are dropped with every new first one. */
export function usePages<Page extends { nextBefore: string | null }>(
  key: () => string,
  first: { data: Readonly<Ref<Page | undefined>>; error: Readonly<Ref<ApiError | undefined>> },
  ask: (key: string, before: string) => Promise<Page>,
  toast: (text: string) => void,
) {
  const older: Ref<Page[]> = shallowRef([])
  const loadingMore = shallowRef(false)
  const nextBefore = computed(() => (older.value.at(-1) ?? first.data.value)?.nextBefore ?? null)

  watch(first.data, () => {
    older.value = []
  })

  async function more(): Promise<void> {
    const current = key()
    const before = nextBefore.value
    if (before === null || loadingMore.value) return
    loadingMore.value = true
    try {
      const page = await ask(current, before)
      // Asked of another customer, or of a list that has begun anew.
      if (key() === current && nextBefore.value === before) older.value = [...older.value, page]
    } catch (error) {
      toast(error instanceof Error ? error.message : '没有加载出来，请重试')
    } finally {
      loadingMore.value = false
    }
  }

  return {
    pages: computed(() => (first.data.value === undefined ? [] : [first.data.value, ...older.value])),
    hasMore: computed(() => nextBefore.value !== null),
    loadingMore: readonly(loadingMore),
    more,
  }
}
