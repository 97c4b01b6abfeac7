import { type Component, defineAsyncComponent, defineComponent, h, type ShallowRef, shallowRef } from 'vue'
import AppSheet from './AppSheet.vue'
import BoneLines from './BoneLines.vue'
import { mayHelpToLoadAnew } from './load-anew.ts'
import StatusNote from './StatusNote.vue'

/** Where a part stands: in a sheet of its own, in place of the whole page, or amid one. */
type Place = 'sheet' | 'page' | 'amid'

/** Milliseconds after which it is said that something is on its way; a quick one needs no word. */
const QUICK_MS = 200

/** A part of the page that is loaded when it is wanted, in the place of `defineAsyncComponent`: the same props, events and
 *  slots. While it is on its way it says so; one that does not come says that, with a tap that asks for it again. A tap that
 *  fails loads the page anew where that may help: browsers remember what they could not load, and what was begun is kept. */
export function laterPart<Part extends Component>(load: () => Promise<{ default: Part }>, place: Place): Part {
  return defineComponent(
    (_props, { attrs, slots }) => {
      const part: ShallowRef<Component> = shallowRef(ask(load))

      function ask(loader: () => Promise<{ default: Component }>): Component {
        return defineAsyncComponent({
          loader,
          delay: QUICK_MS,
          loadingComponent: () => face(attrs, '正在加载', h(BoneLines, { 'aria-busy': true, widths: ['60%', '86%'] })),
          errorComponent: NotThere,
        })
      }

      function again(): void {
        part.value = ask(() =>
          load().catch(async (error: unknown) => {
            if (await mayHelpToLoadAnew('asked')) window.location.reload()
            throw error
          }),
        )
      }

      function NotThere() {
        const text = '网络断了，或者刚更新过'
        const look = { small: place !== 'page', page: place === 'page', tone: 'error', icon: 'close' } as const
        return face(
          attrs,
          place === 'sheet' ? '打不开' : '',
          h(StatusNote, { ...look, title: '没有加载出来', text, action: '重试', onAction: again }),
        )
      }

      NotThere.inheritAttrs = false

      return () => h(part.value, attrs, slots)
    },
    { inheritAttrs: false },
  ) as unknown as Part // the same props, which go through untouched

  function face(attrs: Record<string, unknown>, title: string, inside: ReturnType<typeof h>) {
    if (place !== 'sheet') return inside
    const { show, onClose } = attrs as { show?: boolean; onClose?: () => void }
    return h(AppSheet, { show: show === true, title, ...(onClose === undefined ? {} : { onClose }) }, () => inside)
  }
}
