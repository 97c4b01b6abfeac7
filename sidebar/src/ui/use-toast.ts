import { onScopeDispose, readonly, shallowRef } from 'vue'

/** How long one line stays, in milliseconds: as long as it takes to read. */
const shownMs = (line: string): number => Math.max(2_400, line.length * 120)

/** One short line at a time; a newer one takes the place of the older. */
export function useToast() {
  const text = shallowRef('')
  let timer: ReturnType<typeof setTimeout> | undefined

  function toast(line: string): void {
    clearTimeout(timer)
    text.value = line
    timer = setTimeout(() => {
      text.value = ''
    }, shownMs(line))
  }

  onScopeDispose(() => clearTimeout(timer))
  return { text: readonly(text), toast }
}
