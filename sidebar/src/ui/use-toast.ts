import { onScopeDispose, readonly, shallowRef } from 'vue'

/** Milliseconds that one line stays. */
const SHOWN_MS = 2_400

/** One short line at a time; a newer one takes the place of the older. */
export function useToast() {
  const text = shallowRef('')
  let timer: ReturnType<typeof setTimeout> | undefined

  function toast(line: string): void {
    clearTimeout(timer)
    text.value = line
    timer = setTimeout(() => {
      text.value = ''
    }, SHOWN_MS)
  }

  onScopeDispose(() => clearTimeout(timer))
  return { text: readonly(text), toast }
}
