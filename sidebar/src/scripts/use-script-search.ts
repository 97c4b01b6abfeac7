import { onScopeDispose, shallowRef, watch } from 'vue'
import { useAnswer } from '../api/use-answer.ts'
import { useSidebar } from '../session/sidebar-context.ts'

/** Milliseconds of quiet typing before the question goes out. */
const QUIET_MS = 220

/** Scripts for what is in the search field; no words, no question. */
export function useScriptSearch(options: { quietMs?: number } = {}) {
  const { api } = useSidebar()
  const words = shallowRef('')
  const asked = shallowRef('')
  let timer: ReturnType<typeof setTimeout> | undefined

  watch(words, (text) => {
    clearTimeout(timer)
    if (text.trim() === '') asked.value = ''
    else
      timer = setTimeout(() => {
        asked.value = text.trim()
      }, options.quietMs ?? QUIET_MS)
  })
  onScopeDispose(() => clearTimeout(timer))

  const answer = useAnswer(
    () => asked.value || undefined,
    (q, signal) => api.searchScripts(q, signal),
  )
  return { words, asked, ...answer }
}
