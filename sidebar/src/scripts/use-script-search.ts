import { computed, onScopeDispose, shallowRef, watch } from 'vue'
import type { FoundScripts } from '../../../server/sidebar-api/contract.ts'
import { useAnswer } from '../api/use-answer.ts'
import { usePages } from '../api/use-pages.ts'
import { useSidebar } from '../session/sidebar-context.ts'

/** Milliseconds of quiet typing before the question goes out. */
const QUIET_MS = 220

/** The next page begins after so many. */
const withNext = (page: FoundScripts, from: number) => {
  const seen = from + page.scripts.length
  return { ...page, nextBefore: page.scripts.length > 0 && seen < page.total ? String(seen) : null }
}

/** Scripts for what is in the search field; no words, no question. */
export function useScriptSearch(options: { quietMs?: number } = {}) {
  const { api, toast } = useSidebar()
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

  const first = useAnswer(
    () => asked.value || undefined,
    async (q, signal) => withNext(await api.searchScripts(q, 0, signal), 0),
  )
  const { pages, ...paging } = usePages(
    () => asked.value,
    first,
    async (q, before) => withNext(await api.searchScripts(q, Number(before)), Number(before)),
    toast,
  )
  return { words, asked, ...first, ...paging, scripts: computed(() => pages.value.flatMap((page) => page.scripts)) }
}
