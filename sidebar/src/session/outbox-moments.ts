import { onScopeDispose } from 'vue'
import type { Outbox } from './outbox.ts'

/** When what waits is sent: as soon as the network is back, and all of it before the window goes. */
export function onOutboxMoments(outbox: Pick<Outbox, 'flush' | 'stop'>): void {
  const onBack = (): void => void outbox.flush()
  const onLeave = (): void => void outbox.flush({ all: true })
  window.addEventListener('online', onBack)
  window.addEventListener('pagehide', onLeave)
  onScopeDispose(() => {
    window.removeEventListener('online', onBack)
    window.removeEventListener('pagehide', onLeave)
    outbox.stop()
  })
}
