import { computed, shallowRef, watch } from 'vue'
import type { CustomerTag, Profile } from '../../../server/sidebar-api/contract.ts'
import { followUp } from '../customer/follow-up.ts'
import type { Queued } from '../session/outbox.ts'
import { useChange } from '../session/use-change.ts'

export interface ShownTag extends CustomerTag {
  /** Chosen here, not yet confirmed by WeCom. */
  pending: boolean
  /** It has not left yet. */
  waits: boolean
}

interface Wanted {
  add: string[]
  remove: string[]
}

const NOTHING: Wanted = { add: [], remove: [] }

/** What waits for the network, also of an earlier window. */
const inTheOutbox = (waiting: readonly Queued[], id: string): Wanted =>
  waiting
    .flatMap(({ externalUserId, change }) => (externalUserId === id && change.kind === 'tags' ? [change.body] : []))
    .reduce(
      (all, { add, remove }) => ({
        add: [...all.add.filter((name) => !remove.includes(name)), ...add],
        remove: [...all.remove.filter((name) => !add.includes(name)), ...remove],
      }),
      NOTHING,
    )

/** For one customer. The tags with the guide's own unconfirmed changes on top; the changes are put back when the server refuses. */
export function useTags(profile: () => Profile) {
  const { me, externalUserId, outbox, onRefused, submit, toast, reloadProfile } = useChange()
  const wanted = shallowRef<Wanted>(inTheOutbox(outbox.waiting.value, profile().externalUserId))
  const known = computed(() => new Set(profile().tags.map((tag) => tag.name)))

  watch(known, () => {
    wanted.value = {
      add: wanted.value.add.filter((name) => !known.value.has(name)),
      remove: wanted.value.remove.filter((name) => known.value.has(name)),
    }
  })

  onRefused('tags', ({ body }) => {
    wanted.value = {
      add: wanted.value.add.filter((name) => !body.add.includes(name)),
      remove: wanted.value.remove.filter((name) => !body.remove.includes(name)),
    }
  })

  const isOpen = (): boolean => wanted.value.add.length + wanted.value.remove.length > 0

  const shown = computed<ShownTag[]>(() => [
    ...profile()
      .tags.filter((tag) => !wanted.value.remove.includes(tag.name))
      .map((tag) => ({ ...tag, pending: false, waits: false })),
    ...wanted.value.add
      .filter((name) => !known.value.has(name))
      .map((name) => ({
        ...{ name, byHand: true, setBy: `${me.name}手动打上`, setAtMs: null, why: null, pending: true },
        waits: inTheOutbox(outbox.waiting.value, profile().externalUserId).add.includes(name),
      })),
  ])

  async function save(change: Wanted): Promise<void> {
    if (change.add.length + change.remove.length === 0) return
    const id = externalUserId.value
    const before = wanted.value
    wanted.value = {
      add: [...before.add.filter((name) => !change.remove.includes(name)), ...change.add],
      remove: [...before.remove.filter((name) => !change.add.includes(name)), ...change.remove],
    }
    try {
      if ((await submit({ kind: 'tags', body: change })) === 'queued') return
    } catch (error) {
      if (externalUserId.value === id) wanted.value = before
      toast(error instanceof Error ? error.message : '标签没有改成，请重试')
      return
    }
    await followUp(
      () => externalUserId.value === id && isOpen(),
      () => reloadProfile(),
    )
  }

  return { shown, save }
}
