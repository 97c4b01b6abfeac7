import { computed, onScopeDispose, type Ref, readonly, shallowRef } from 'vue'

/** So many looks in a row that do not reach the server are no blink of the network. */
const BLINKS = 2

export type Reach = 'online' | 'offline' | 'unreached'

/** Whether there is a network, and the server behind it. What the browser says counts at once (`offline`); a shop's Wi-Fi that
 *  leads nowhere is noticed by looks that fail (`unreached`): `looked` is told of each. */
export function useReach(): { reach: Readonly<Ref<Reach>>; looked(isReached: boolean): void } {
  const isOnline = shallowRef(navigator.onLine)
  const failed = shallowRef(0)
  const look = (): void => {
    isOnline.value = navigator.onLine
    failed.value = 0
  }
  window.addEventListener('online', look)
  window.addEventListener('offline', look)
  onScopeDispose(() => {
    window.removeEventListener('online', look)
    window.removeEventListener('offline', look)
  })
  const reach = computed((): Reach => (isOnline.value ? (failed.value < BLINKS ? 'online' : 'unreached') : 'offline'))
  return {
    reach: readonly(reach),
    looked: (isReached) => {
      failed.value = isReached ? 0 : failed.value + 1
    },
  }
}
