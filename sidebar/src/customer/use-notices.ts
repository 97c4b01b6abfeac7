import { computed } from 'vue'
import type { Profile } from '../../../server/sidebar-api/contract.ts'

interface Notice {
  kind: 'lost' | 'welcome' | 'handover' | 'pinned' | 'others'
  text: string
  tone: 'calm' | 'amber'
}

/** Days for which a missing welcome is told. */
const WELCOME_DAYS = 3

/** What colleagues have told, asked and given this guide should know before writing. */
function othersOf({ otherGuides, lost }: Profile): string {
  const [first, ...more] = otherGuides
  if (first === undefined || lost !== null) return ''
  return `也加了${first}${more.length === 0 ? '' : `等 ${more.length + 1} 位同事`}，先看看动态再开口`
}

/** A welcome that went out well needs no line here, and one that did not no longer than the guide may make up for it; the
 *  timeline has it. */
const welcomeOf = ({ welcome, days }: Profile): Profile['welcome'] =>
  welcome?.state === 'sent' || (days ?? 0) > WELCOME_DAYS ? null : welcome

/** What one must not overlook about a customer, by the harm that not knowing does: of several the first is always seen. A welcome
 *  that may yet come waits behind the rest. */
export const useNotices = (profile: () => Profile) =>
  computed((): Notice[] => {
    const { lost, handover, pinned } = profile()
    const welcome = welcomeOf(profile())
    const isMissing = welcome !== null && /^(unsure|not-sent)$/.test(welcome.state)
    const others = othersOf(profile())
    const all: (Notice | false)[] = [
      lost !== null && { kind: 'lost', text: '', tone: 'calm' },
      isMissing && { kind: 'welcome', text: welcome.text, tone: 'amber' },
      handover !== null && { kind: 'handover', text: handover, tone: 'amber' },
      pinned !== null && { kind: 'pinned', text: pinned.text, tone: 'amber' },
      others !== '' && { kind: 'others', text: others, tone: 'calm' },
      welcome !== null && !isMissing && { kind: 'welcome', text: welcome.text, tone: 'calm' },
    ]
    return all.filter((one) => one !== false)
  })
