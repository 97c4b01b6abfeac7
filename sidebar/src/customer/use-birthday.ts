import { computed, readonly, shallowRef, watch } from 'vue'
import type { Profile } from '../../../server/sidebar-api/contract.ts'
import { ApiError } from '../api/api-error.ts'
import type { Queued } from '../session/outbox.ts'
import { useChange } from '../session/use-change.ts'

const SOON_DAYS = 7

/** Within a week: then it is the first thing to know. */
export const isBirthdaySoon = ({ birthday }: Pick<Profile, 'birthday'>): boolean =>
  birthday !== null && birthday.daysUntil <= SOON_DAYS

const lastBirthday = (waiting: readonly Queued[], id: string): string | null | undefined =>
  waiting
    .filter((one) => one.externalUserId === id)
    .flatMap(({ change }) => (change.kind === 'birthday' ? [change.body.birthday] : []))
    .at(-1)

/** The server may know the year, which no guide picks. */
const isThere = (known: string | null, wanted: string | null | undefined): boolean =>
  known === wanted || (typeof wanted === 'string' && known?.endsWith(`-${wanted}`) === true)

export type Birthday = ReturnType<typeof useBirthday>

/** For one customer. `save` tells whether it is on its way or there; `saw`: the birthday that the guide changed. The birthday as the guide has just picked it, until the profile says so; put back when the server refuses. */
export function useBirthday(profile: () => Profile) {
  const { externalUserId, outbox, onRefused, submit, toast, reloadProfile } = useChange()
  /** Null: cleared. Also of an earlier look at this customer, as long as it waits for the network. */
  const wanted = shallowRef(lastBirthday(outbox.waiting.value, profile().externalUserId))
  /** Being sent now, which ends below. */
  let isSaving = false
  const known = computed(() => profile().birthday?.date ?? null)

  watch(
    known,
    (birthday) => {
      if (isThere(birthday, wanted.value)) wanted.value = undefined
    },
    { immediate: true },
  )

  // Of an earlier look: once it is sent, the profile tells what came of it, whatever that is.
  watch(outbox.settled, async () => {
    const id = profile().externalUserId
    const isSent = (): boolean => !isSaving && lastBirthday(outbox.waiting.value, id) === undefined
    if (wanted.value === undefined || !isSent()) return
    await reloadProfile()
    if (externalUserId.value === id && isSent()) wanted.value = undefined
  })

  onRefused('birthday', () => {
    wanted.value = undefined
  })

  async function save(birthday: string | null, saw: string | null): Promise<boolean> {
    if (birthday === known.value) return true
    const id = externalUserId.value
    wanted.value = birthday
    let isTaken = true
    isSaving = true
    try {
      // What waits for the network is shown as it will be.
      if ((await submit({ kind: 'birthday', body: { birthday, saw } })) === 'queued') return true
      await reloadProfile()
    } catch (error) {
      isTaken = false
      toast(error instanceof Error ? error.message : '生日没有记下，请重试')
      if (error instanceof ApiError && error.isOvertaken) void reloadProfile()
    } finally {
      isSaving = false
    }
    if (externalUserId.value === id) wanted.value = undefined
    return isTaken
  }

  return {
    shown: computed(() => (wanted.value === undefined ? known.value : wanted.value)),
    known: readonly(known),
    saving: readonly(computed(() => wanted.value !== undefined)),
    save,
  }
}
