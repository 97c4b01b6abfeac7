import { computed, readonly, shallowRef, watch } from 'vue'
import type { Profile } from '../../../server/sidebar-api/contract.ts'
import { ApiError } from '../api/api-error.ts'
import { useChange } from '../session/use-change.ts'

const SOON_DAYS = 7

/** Within a week: then it is the first thing to know. */
export const isBirthdaySoon = ({ birthday }: Pick<Profile, 'birthday'>): boolean =>
  birthday !== null && birthday.daysUntil <= SOON_DAYS

export type Birthday = ReturnType<typeof useBirthday>

/** For one customer. `saw`: the birthday that the guide changed. The birthday as the guide has just picked it, until the profile says so; put back when the server refuses. */
export function useBirthday(profile: () => Profile) {
  const { externalUserId, onRefused, submit, toast, reloadProfile } = useChange()
  /** Null: cleared. */
  const wanted = shallowRef<string | null>()
  const known = computed(() => profile().birthday?.date ?? null)

  watch(known, (birthday) => {
    if (birthday === wanted.value) wanted.value = undefined
  })

  onRefused('birthday', () => {
    wanted.value = undefined
  })

  async function save(birthday: string | null, saw: string | null): Promise<void> {
    if (birthday === known.value) return
    const id = externalUserId.value
    wanted.value = birthday
    try {
      // What waits for the network is shown as it will be.
      if ((await submit({ kind: 'birthday', body: { birthday, saw } })) === 'queued') return
      await reloadProfile()
    } catch (error) {
      toast(error instanceof Error ? error.message : '生日没有记下，请重试')
      if (error instanceof ApiError && error.isOvertaken) void reloadProfile()
    }
    if (externalUserId.value === id) wanted.value = undefined
  }

  return {
    shown: computed(() => (wanted.value === undefined ? known.value : wanted.value)),
    known: readonly(known),
    saving: readonly(computed(() => wanted.value !== undefined)),
    save,
  }
}
