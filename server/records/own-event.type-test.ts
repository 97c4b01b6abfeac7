import Type from 'typebox'
import { defineOwnEvent } from './own-event.ts'

/* Never run: the compiler refuses events that do not say what becomes of them, or that rules could not use. */

const use = { forwards: false, replay: 'told' } as const
const OfCustomer = Type.Object({ externalUserId: Type.String(), about: Type.String() })
const about = 'customer'

defineOwnEvent('note.made', OfCustomer, { ...use, triggers: [{ name: 'note.made', zh: '记下', about }] })

// @ts-expect-error whether webhooks may ask for it
defineOwnEvent('note.made', OfCustomer, { replay: 'told' })

// @ts-expect-error what becomes of it in a backtest
defineOwnEvent('note.made', OfCustomer, { forwards: false })

defineOwnEvent('note.made', OfCustomer, { ...use, forwards: ['about'] })
// @ts-expect-error what goes to every webhook is a field of it
defineOwnEvent('note.made', OfCustomer, { ...use, forwards: ['abut'] })

const ofPair = { name: 'note.made', zh: '记下', about: 'pair' } as const
// @ts-expect-error an event of a pair says which guide
defineOwnEvent('note.made', OfCustomer, { ...use, triggers: [ofPair] })

const triggers = [{ name: 'note.made', zh: '记下', about }] as const
// @ts-expect-error rules are about customers
defineOwnEvent('note.made', Type.Object({ note: Type.String() }), { ...use, triggers })

const asksForAnother = { zh: '关于', holds: ({ other }: { other: string }) => other === '' }
defineOwnEvent('note.made', OfCustomer, {
  ...use,
  // @ts-expect-error a filter looks at what the payload has
  triggers: [{ name: 'note.made', zh: '记下', about, filters: { other: asksForAnother } }],
})
