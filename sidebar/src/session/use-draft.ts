import { readonly, shallowRef } from 'vue'
import { useSidebar } from './sidebar-context.ts'

/** One text that a guide writes about the customer on the screen, or about nobody outside a chat. `open()` begins with what was left unfinished, or with what
 *  is there; `forget()` once it is saved. */
export function useDraft(name: () => string) {
  const { drafts, externalUserId } = useSidebar()
  const text = shallowRef('')
  const isLeftOver = shallowRef(false)
  /** Of the customer whom it was begun about, whoever is on the screen by then. */
  let about = ''
  let original = ''

  return {
    text: readonly(text),
    /** It is not what is there, but what was begun last time. */
    isLeftOver: readonly(isLeftOver),
    open(there: string): void {
      about = externalUserId.value
      original = there
      const begun = drafts.get(about, name())
      isLeftOver.value = begun !== undefined && begun !== there
      text.value = begun ?? there
    },
    write(written: string): void {
      text.value = written
      if (written === original) drafts.delete(about, name())
      else drafts.set(about, name(), written)
    },
    /** Back to what is there. */
    drop(): void {
      drafts.delete(about, name())
      isLeftOver.value = false
      text.value = original
    },
    forget(): void {
      drafts.delete(about, name())
      isLeftOver.value = false
    },
  }
}
