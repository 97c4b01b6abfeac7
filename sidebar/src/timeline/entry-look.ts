import type AppIcon from '../ui/AppIcon.vue'

type IconName = InstanceType<typeof AppIcon>['$props']['name']
type Tone = 'good' | 'money' | 'bad' | 'plain'

/** By the beginning of the entry's kind; kinds that are not known here look plain. */
const LOOKS: [prefix: string, icon: IconName, tone: Tone][] = [
  ['customer.lost', 'leave', 'bad'],
  ['customer.remark', 'edit', 'plain'],
  ['customer', 'heart', 'good'],
  ['welcome.sent', 'wave', 'good'],
  ['welcome', 'wave', 'plain'],
  ['order.refunded', 'cart', 'bad'],
  ['order', 'cart', 'money'],
  ['tag', 'tag', 'plain'],
  ['group.left', 'leave', 'bad'],
  ['group', 'group', 'good'],
  ['invitation', 'group', 'plain'],
  ['routing', 'group', 'plain'],
  ['task', 'list', 'plain'],
  ['grant.given', 'spark', 'money'],
  ['sop', 'flag', 'plain'],
  ['note.reminder', 'clock', 'plain'],
  ['note', 'edit', 'good'],
  ['script', 'send', 'good'],
  ['mass-send', 'send', 'plain'],
]

const lookOf = (kind: string) => LOOKS.find(([prefix]) => kind.startsWith(prefix))

export const iconOf = (kind: string): IconName => lookOf(kind)?.[1] ?? 'spark'
export const toneOf = (kind: string): Tone => lookOf(kind)?.[2] ?? 'plain'
