import { computed, shallowRef } from 'vue'
import type { GuideTask } from '../../../server/sidebar-api/contract.ts'
import type { Change } from '../session/outbox.ts'
import { useChange } from '../session/use-change.ts'

/** Milliseconds in which 完成 can be taken back. */
const UNDO_MS = 10_000

/** Under which name what is begun about a to-do that should not be is kept. */
export const wrongDraft = ({ id }: Pick<GuideTask, 'id'>): string => `wrong:${id}`

/** What becomes of one to-do. */
export function useTask(task: () => GuideTask, onGone: () => void) {
  const { drafts, externalUserId, profile, outbox, veiled, submit, toast } = useChange()
  const held = shallowRef<string>()
  const isBusy = shallowRef(false)

  /** It is done, and is told in ten seconds; a tap takes it back until then. */
  function finish(): void {
    if (held.value !== undefined || isBusy.value) return
    if (veiled.value) {
      toast('聊天正在换人，这次没有保存，看清是谁后请再点一次')
      return
    }
    const who = profile.value?.name ?? '这位客户'
    held.value = outbox.hold(externalUserId.value, who, { kind: 'done', taskId: task().id }, UNDO_MS)
  }

  function takeBack(): void {
    if (held.value !== undefined) outbox.takeBack(held.value)
    held.value = undefined
  }

  async function change(what: Change, said: string): Promise<void> {
    if (isBusy.value) return
    isBusy.value = true
    const about = externalUserId.value
    try {
      if ((await submit(what)) === 'sent') toast(said)
      drafts.delete(about, wrongDraft(task()))
      onGone()
    } catch (error) {
      toast(error instanceof Error ? error.message : '没有记下来，请重试')
    } finally {
      isBusy.value = false
    }
  }

  return {
    /** Waits to be told; of an earlier window, too. */
    isDone: computed(() =>
      outbox.waiting.value.some(({ change: one }) => one.kind === 'done' && one.taskId === task().id),
    ),
    isBusy,
    finish,
    takeBack: (): void => {
      const own = outbox.waiting.value.find(({ change: one }) => one.kind === 'done' && one.taskId === task().id)
      held.value ??= own?.key
      takeBack()
    },
    putOff: (untilMs: number, words: string) => change({ kind: 'later', taskId: task().id, untilMs }, `推到${words}`),
    handOn: ({ userId: toUserId, name }: { userId: string; name: string }) =>
      change({ kind: 'hand-on', taskId: task().id, toUserId }, `已转给${name}`),
    refuse: (note: string) =>
      change({ kind: 'wrong', taskId: task().id, ...(note === '' ? {} : { note }) }, '已退回，会告诉运营'),
  }
}
