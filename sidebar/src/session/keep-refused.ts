import { watch } from 'vue'
import { afterSaving } from '../fields/written.ts'
import { mannerAgain } from '../notes/note-manner.ts'
import type { Drafts } from './drafts.ts'
import type { Outbox, Refused } from './outbox.ts'

/** What begins a change again, as the sheets that wrote it keep it, by the name of the draft; empty: nothing is begun. `begun`: what was
 *  begun under a name since, which goes before it. */
function draftsOf(
  { change, fields }: Pick<Refused, 'change' | 'fields'>,
  begun: (name: string) => string | undefined,
): Record<string, string> {
  const unlessBegun = (name: string, text: string): Record<string, string> =>
    begun(name) === undefined ? { [name]: text } : {}
  switch (change.kind) {
    case 'remark':
      return unlessBegun('remark', change.body.remark)
    case 'note':
    case 'reminder':
      return begun('note') === undefined ? { note: change.body.text, 'note:manner': mannerAgain(change) } : {}
    case 'birthday':
      return change.body.birthday === null ? {} : unlessBegun('birthday', change.body.birthday)
    case 'wrong':
      return change.note === undefined ? {} : unlessBegun(`wrong:${change.taskId}`, change.note)
    case 'fields': {
      const { changes } = change.body
      const written = Object.fromEntries(changes.map(({ field, value, saw }) => [field, { value, saw }]))
      // Of a change that was kept in part what was not, with why and with what stands there now, as if it had been sent at once.
      const left = fields.length === 0 ? written : afterSaving(written, changes, fields)
      const since = JSON.parse(begun('fields') ?? '{}') as Record<string, unknown> // FieldsSheet writes it
      return { fields: JSON.stringify({ ...left, ...since }) }
    }
    default:
      // A tap with nothing chosen or written: the toast tells that it is to be tapped again.
      return {}
  }
}

/** What waited for the network and was refused then is there when its sheet is opened again, whoever the chat is with by now; what was
 *  begun since goes before it. */
export function keepRefused(outbox: Pick<Outbox, 'refused'>, drafts: Drafts): void {
  watch(
    outbox.refused,
    (one) => {
      if (one === undefined) return
      const { externalUserId: id } = one
      for (const [name, text] of Object.entries(draftsOf(one, (name) => drafts.get(id, name)))) {
        if (text === '' && name === 'note:manner') drafts.delete(id, name)
        else drafts.set(id, name, text)
      }
    },
    { flush: 'sync' },
  )
}
