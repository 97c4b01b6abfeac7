import { computed, type InjectionKey, inject, provide, type Ref, shallowRef } from 'vue'
import type { MyScripts, Script } from '../../../server/sidebar-api/contract.ts'
import { useAnswer } from '../api/use-answer.ts'
import { useSidebar } from '../session/sidebar-context.ts'

/** What is being written: one that is there, a new one for oneself or for the store; null: nothing. */
export type Edited = Script | 'new' | 'new-team' | null
export type ShelfList = 'favourites' | 'recent' | 'own' | 'team'

/** What the guide has at hand: favourites, what was sent of late, their own words, their store's. */
export function provideShelf() {
  const { api, toast } = useSidebar()
  const answer = useAnswer(
    () => 'mine',
    (_, signal) => api.myScripts(signal),
  )
  const { data, reload } = answer
  /** By id, what the guide has tapped and the server has not told yet. */
  const tapped = shallowRef<ReadonlyMap<string, boolean>>(new Map())
  const editing = shallowRef<Edited>(null)

  const isFavourite = (id: string): boolean =>
    tapped.value.get(id) ?? data.value?.favourites.some((one) => one.id === id) === true

  let underWay = 0
  async function change(work: () => Promise<unknown>, failed: string): Promise<void> {
    underWay += 1
    try {
      await work()
    } catch (error) {
      toast(error instanceof Error ? error.message : failed)
    }
    await reload()
    underWay -= 1
    // Before then the answer may be older than a tap.
    if (underWay === 0) tapped.value = new Map()
  }

  const shelf = {
    answer,
    mayShare: computed(() => data.value?.mayShare === true),
    editing: editing as Readonly<Ref<Edited>>,
    scriptsOf: (list: ShelfList): MyScripts[ShelfList] => data.value?.[list] ?? [],
    countOf: (list: ShelfList): number => data.value?.[list].length ?? 0,
    isFavourite,
    toggle: async (scriptId: string): Promise<void> => {
      const isWanted = !isFavourite(scriptId)
      tapped.value = new Map([...tapped.value, [scriptId, isWanted]])
      await change(() => api.setFavourite({ scriptId, isFavourite: isWanted }), '没有收藏成，请重试')
    },
    edit: (script: Edited): void => {
      editing.value = script
    },
    remove: (script: Script): Promise<void> =>
      change(async () => {
        await api.removeScript(script.id)
        toast('删了')
      }, '没有删掉，请重试'),
    saved: (): void => void reload(),
  }
  provide(shelfKey, shelf)
  return shelf
}
export type Shelf = ReturnType<typeof provideShelf>

const shelfKey: InjectionKey<Shelf> = Symbol('shelf')

/** Undefined outside the page of scripts. */
export const useShelf = (): Shelf | undefined => inject(shelfKey, undefined)
