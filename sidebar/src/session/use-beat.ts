import { onScopeDispose, type Ref, readonly, shallowRef } from 'vue'

/** Milliseconds between two looks at what happened meanwhile. */
const EVERY_MS = 3_000

/** Counts on while the page is seen, and at once when it is seen again: a sidebar that nobody looks at asks nothing. */
export function useBeat(everyMs = EVERY_MS): Readonly<Ref<number>> {
  const beat = shallowRef(0)
  const count = (): void => {
    if (document.visibilityState === 'visible') beat.value += 1
  }
  const timer = setInterval(count, everyMs)
  document.addEventListener('visibilitychange', count)
  onScopeDispose(() => {
    clearInterval(timer)
    document.removeEventListener('visibilitychange', count)
  })
  return readonly(beat)
}
