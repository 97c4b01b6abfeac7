import { computed, readonly, shallowRef, watch } from 'vue'
import type { Profile } from '../../../server/sidebar-api/contract.ts'
import { useSidebar } from '../session/sidebar-context.ts'
import { followUp } from './follow-up.ts'

/** For one customer. The remark as the guide has just written it, until WeCom has confirmed it; put back when the server refuses. */
export function useRemark(profile: () => Profile) {
  const { api, externalUserId, toast, reloadProfile } = useSidebar()
  const wanted = shallowRef<string>()
  const known = computed(() => profile().remark ?? '')

  watch(known, (remark) => {
    if (remark === wanted.value) wanted.value = undefined
  })

  async function save(remark: string): Promise<void> {
    if (remark === (wanted.value ?? known.value)) return
    const id = externalUserId.value
    wanted.value = remark
    try {
      await api.changeRemark(id, { remark })
    } catch (error) {
      if (externalUserId.value === id) wanted.value = undefined
      toast(error instanceof Error ? error.message : '备注没有改成，请重试')
      return
    }
    await followUp(
      () => externalUserId.value === id && wanted.value !== undefined,
      () => reloadProfile(),
    )
  }

  return {
    shown: computed(() => wanted.value ?? known.value),
    pending: readonly(computed(() => wanted.value !== undefined)),
    save,
  }
}
