import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { Api } from '../api/api.ts'
import { useAnswer } from '../api/use-answer.ts'
import { createNarrowed } from './narrowed.ts'

/** While somebody is still being looked for, the next question waits so many milliseconds for another letter. */
const QUIET_MS = 220

/** Finding one of my customers by words. */
export function useFind(api: Pick<Api, 'findFriends'>) {
  const words = shallowRef('')
  const wanted = computed(() => words.value.trim())
  const asked = shallowRef('')
  const narrowed = createNarrowed()
  let timer: ReturnType<typeof setTimeout> | undefined

  const { data, error, loading, slow, reload } = useAnswer(
    () => asked.value || undefined,
    (q, signal) => api.findFriends(q, signal),
    { cache: narrowed },
  )
  watch(wanted, (text) => {
    clearTimeout(timer)
    if (text === '' || !loading.value) asked.value = text
    else
      timer = setTimeout(() => {
        asked.value = text
      }, QUIET_MS)
  })
  onScopeDispose(() => clearTimeout(timer))

  /** The server has not answered for these words. */
  const isUnderWay = computed(() => asked.value !== wanted.value || loading.value)
  return {
    words,
    wanted,
    /** Who is known to be one for these words, before the answer some of them; never who was found for others. */
    found: computed(() => (asked.value === wanted.value ? data.value : narrowed.get(wanted.value))),
    isUnderWay,
    /** The answer did not come: what is shown before it is not all. */
    error,
    slow,
    reload,
  }
}
