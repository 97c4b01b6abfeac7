import { computed, readonly, shallowRef, watch } from 'vue'
import type { Profile } from '../../../server/sidebar-api/contract.ts'
import { ApiError } from '../api/api-error.ts'
import type { Queued } from '../session/outbox.ts'
import { useChange } from '../session/use-change.ts'
import { followUp } from './follow-up.ts'

const lastRemark = (waiting: readonly Queued[], id: string): string | undefined =>
  waiting
    .filter((one) => one.externalUserId === id)
    .flatMap(({ change }) => (change.kind === 'remark' ? [change.body.remark] : []))
    .at(-1)

/** For one customer. `save` tells whether the server has taken it; `saw`: what the guide may have had before their eyes, so that
 *  nobody's words are written over unseen. The remark as the guide has just written it, until WeCom has confirmed it; put back when the server refuses. */
export function useRemark(profile: () => Profile) {
  const { externalUserId, outbox, onRefused, submit, toast, reloadProfile } = useChange()
  /** Also of an earlier window, as long as it waits for the network. */
  const wanted = shallowRef(lastRemark(outbox.waiting.value, profile().externalUserId))
  const known = computed(() => profile().remark ?? '')

  watch(known, (remark) => {
    if (remark === wanted.value) wanted.value = undefined
  })

  onRefused('remark', ({ body: { remark } }) => {
    if (remark === wanted.value) wanted.value = undefined
  })

  async function save(remark: string, saw: readonly string[]): Promise<boolean> {
    const before = wanted.value
    if (remark === (before ?? known.value)) return true
    const id = externalUserId.value
    wanted.value = remark
    try {
      if ((await submit({ kind: 'remark', body: { remark, saw: [...saw] } })) === 'queued') return true
    } catch (error) {
      if (externalUserId.value === id) wanted.value = before
      toast(error instanceof Error ? error.message : '备注没有改成，请重试')
      // Somebody else was faster: what they wrote should be on the screen when the sheet is opened again.
      if (error instanceof ApiError && error.isOvertaken) void reloadProfile()
      return false
    }
    void followUp(
      () => externalUserId.value === id && wanted.value !== undefined,
      () => reloadProfile(),
    )
    return true
  }

  return {
    shown: computed(() => wanted.value ?? known.value),
    /** As the server knows it. */
    known: readonly(known),
    pending: readonly(computed(() => wanted.value !== undefined)),
    /** It has not left yet. */
    waits: readonly(computed(() => lastRemark(outbox.waiting.value, profile().externalUserId) !== undefined)),
    save,
  }
}
