import { computed, readonly, shallowRef, watch } from 'vue'
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

/** One tap on a tag, 组/名. */
interface Tap {
  name: string
  isWanted: boolean
  /** The server has taken it, or it waits in the outbox. */
  isTaken: boolean
}

export interface Refusal {
  names: readonly string[]
  /** The server's sentence. */
  why: string
}

const tapsOf = (change: { add: readonly string[]; remove: readonly string[] }): Tap[] => [
  ...change.add.map((name) => ({ name, isWanted: true, isTaken: true })),
  ...change.remove.map((name) => ({ name, isWanted: false, isTaken: true })),
]

/** What waits for the network, also of an earlier window. */
const inTheOutbox = (waiting: readonly Queued[], id: string): Tap[] =>
  waiting.flatMap(({ externalUserId, change }) =>
    externalUserId === id && change.kind === 'tags' ? tapsOf(change.body) : [],
  )

/** For one customer. The tags with the guide's own unconfirmed taps on top; each is sent by itself, and taken back when the server refuses
 *  it. `isOpen`: the sheet is before the guide's eyes and tells a refusal itself. */
export function useTags(profile: () => Profile, isOpen: () => boolean) {
  const { me, externalUserId, outbox, onRefused, submit, toast, reloadProfile } = useChange()
  const taps = shallowRef<readonly Tap[]>(inTheOutbox(outbox.waiting.value, profile().externalUserId))
  const refusal = shallowRef<Refusal>()
  const known = computed(() => new Set(profile().tags.map((tag) => tag.name)))
  /** The last tap on each. */
  const wishes = computed(() => new Map(taps.value.map(({ name, isWanted }) => [name, isWanted])))
  const waiting = computed(
    () => new Set(inTheOutbox(outbox.waiting.value, profile().externalUserId).map(({ name }) => name)),
  )

  /** What has come true needs no wish any more, unless a tap on it is still to be carried out. */
  function settle(): void {
    const isUnsent = (name: string): boolean =>
      waiting.value.has(name) || taps.value.some((tap) => tap.name === name && !tap.isTaken)
    taps.value = taps.value.filter(({ name }) => wishes.value.get(name) !== known.value.has(name) || isUnsent(name))
  }
  watch([known, waiting], settle)

  onRefused('tags', ({ body }, why) => {
    const gone = tapsOf(body)
    taps.value = taps.value.filter((tap) => {
      const nth = gone.findIndex(({ name, isWanted }) => tap.name === name && tap.isWanted === isWanted)
      if (nth >= 0) gone.splice(nth, 1)
      return nth < 0
    })
    refusal.value = { names: [...body.add, ...body.remove], why }
  })

  const shown = computed<ShownTag[]>(() => [
    ...profile()
      .tags.filter((tag) => wishes.value.get(tag.name) !== false)
      .map((tag) => ({ ...tag, pending: false, waits: false })),
    ...[...wishes.value]
      .filter(([name, isWanted]) => isWanted && !known.value.has(name))
      .map(([name]) => ({
        ...{ name, byHand: true, setBy: `${me.name}手动打上`, setAtMs: null, why: null, pending: true },
        waits: waiting.value.has(name),
      })),
  ])

  /** What is still to be confirmed, put on or taken off; true: it has not left yet. */
  const underWay = computed(() => {
    const open = [...wishes.value].filter(([name, isWanted]) => isWanted !== known.value.has(name))
    return new Map([...open.map(([name]) => name), ...waiting.value].map((name) => [name, waiting.value.has(name)]))
  })

  let last: Tap | undefined

  /** Sends it at once; false: it was refused, and is told. */
  async function tap(name: string, isWanted: boolean): Promise<boolean> {
    const one = { name, isWanted, isTaken: false }
    const id = externalUserId.value
    const who = profile().name ?? '这位客户'
    last = one
    refusal.value = undefined
    taps.value = [...taps.value, one]
    try {
      const body = isWanted ? { add: [name], remove: [] } : { add: [], remove: [name] }
      const outcome = await submit({ kind: 'tags', body })
      one.isTaken = true
      if (outcome === 'queued') return true
    } catch (error) {
      taps.value = taps.value.filter((other) => other !== one)
      const why = error instanceof Error ? error.message : '标签没有改成，请重试'
      refusal.value = { names: [name], why }
      if (externalUserId.value !== id) toast(`${who}的标签没有保存：${why}`)
      else if (!isOpen()) toast(why)
      return false
    }
    void lookAgain(id, one)
    return true
  }

  /** Once for all that were tapped in a row. */
  async function lookAgain(id: string, one: Tap): Promise<void> {
    await followUp(
      () => externalUserId.value === id && last === one && taps.value.length > 0,
      () => reloadProfile(),
    )
    if (last === one) settle()
  }

  return {
    shown,
    underWay,
    /** The last that was refused, until the next tap. */
    refusal: readonly(refusal),
    /** Its sentence has been read. */
    forgetRefusal: (): void => {
      refusal.value = undefined
    },
    tap,
  }
}
export type Tags = ReturnType<typeof useTags>
