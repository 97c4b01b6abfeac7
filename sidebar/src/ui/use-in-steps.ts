import { computed, onScopeDispose, shallowRef, watch } from 'vue'

/** So many fill the screen of a phone. */
const FIRST = 10

/** What is seen first is drawn first: the beginning of a long list, and the rest once that is on the screen. */
export function useInSteps<One>(list: () => readonly One[]) {
  const isWhole = shallowRef(false)
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined
  const stop = (): void => {
    cancelAnimationFrame(frame)
    clearTimeout(timer)
  }

  watch(
    list,
    () => {
      stop()
      isWhole.value = false
      frame = requestAnimationFrame(() => {
        timer = setTimeout(() => {
          isWhole.value = true
        })
      })
    },
    { immediate: true },
  )
  onScopeDispose(stop)
  return computed(() => (isWhole.value ? list() : list().slice(0, FIRST)))
}
