import { type Ref, readonly, shallowRef, watch } from 'vue'
import type { Api } from '../api/api.ts'
import { ApiError } from '../api/api-error.ts'

/** After so many beats the page is read again although its version is the same: new names of groups, tags and other
 *  guides are in no version. */
const BEATS_WITHOUT_READING = 20

interface Options {
  api: Pick<Api, 'version'>
  beat: Readonly<Ref<number>>
  externalUserId(): string | undefined
  /** Of what is on the screen; undefined when that is nothing, or not the last word. */
  shown(): string | undefined
  /** After each look: whether the server was reached. */
  onReach(isReached: boolean): void
}

/** Counts on when the page should be read again. On every beat only a small version is asked for. */
export function useNews({ api, beat, externalUserId, shown, onReach }: Options): Readonly<Ref<number>> {
  const news = shallowRef(0)
  let askingFor: string | undefined
  let beats = 0

  async function look(id: string): Promise<void> {
    try {
      const { version } = await api.version(id)
      onReach(true)
      if (id === externalUserId() && version !== shown()) news.value += 1
    } catch (error) {
      onReach(!(error instanceof ApiError && error.code === 'network'))
      // The reading itself is refused then, too, and takes from the screen what may no longer be seen.
      const isRefused = error instanceof ApiError && (error.isNotYours || error.isLoginNeeded)
      if (isRefused && id === externalUserId() && shown() !== undefined) news.value += 1
    }
  }

  watch(beat, async () => {
    const id = externalUserId()
    if (id === undefined || askingFor === id) return
    beats += 1
    if (beats % BEATS_WITHOUT_READING === 0) {
      news.value += 1
      return
    }
    askingFor = id
    await look(id)
    if (askingFor === id) askingFor = undefined
  })

  return readonly(news)
}
