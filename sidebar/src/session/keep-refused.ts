import { watch } from 'vue'
import type { Drafts } from './drafts.ts'
import type { Change, Outbox } from './outbox.ts'

/** Where the words of a change are begun again, as the sheet that wrote them keeps them; undefined: it has none. */
function draftOf(change: Change): [name: string, text: string] | undefined {
  if (change.kind === 'remark') return ['remark', change.body.remark]
  if (change.kind === 'note' || change.kind === 'reminder') return ['note', change.body.text]
  if (change.kind === 'birthday') return change.body.birthday === null ? undefined : ['birthday', change.body.birthday]
  if (change.kind === 'wrong') return change.note === undefined ? undefined : [`wrong:${change.taskId}`, change.note]
  return undefined
}

/** What waited for the network and was refused then is there when its sheet is opened again, whoever the chat is with by now; what was
 *  begun since goes before it. */
export function keepRefused(outbox: Pick<Outbox, 'refused'>, drafts: Drafts): void {
  watch(
    outbox.refused,
    (one) => {
      const kept = one === undefined ? undefined : draftOf(one.change)
      if (one === undefined || kept === undefined || drafts.get(one.externalUserId, kept[0]) !== undefined) return
      drafts.set(one.externalUserId, ...kept)
    },
    { flush: 'sync' },
  )
}
