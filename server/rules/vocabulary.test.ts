import { expect, it } from 'vitest'
import { VOCABULARY } from '../capabilities/vocabulary.ts'
import { loadRules } from './load-rules.ts'
import type { EventTrigger } from './schema/event-trigger.ts'
import { ruleFolderOnDisk } from './testing/rule-folder-on-disk.ts'
import { createVocabulary } from './vocabulary.ts'

const complaint: EventTrigger = {
  name: 'complaint.made',
  zh: '投诉',
  about: 'customer',
  filters: {
    script: { zh: '只认这条话术（id）', names: 'script', holds: () => true },
    mood: { zh: '口气', oneOf: ['calm', 'angry'], holds: () => true },
  },
}
const told = (...triggers: EventTrigger[]) =>
  createVocabulary({ ...VOCABULARY, triggers: [...VOCABULARY.triggers.values(), ...triggers] })

async function faultsOf(trigger: string, vocabulary = told(complaint)): Promise<string[]> {
  const steps = 'goal: order.paid\nsteps:\n  - task: { for: guide, title: 问好 }\n'
  const made = ruleFolderOnDisk({ 'sop/a.yaml': `sop: care\nname: 关怀\ntrigger: ${trigger}\n${steps}` })
  try {
    return (await loadRules(made.folder, vocabulary)).faults.map(
      ({ message, suggestion }) => `${message}｜${suggestion}`,
    )
  } finally {
    made.remove()
  }
}

it('an event that a capability declares begins journeys, with the filters that it declares', async () => {
  expect(await faultsOf('complaint.made')).toEqual([])
  expect(await faultsOf('{ event: complaint.made, mood: angry }')).toEqual([])
})

it('nothing else may be asked of it, and what names a rule must name one', async () => {
  expect(await faultsOf('{ event: complaint.made, mood: glad }')).toEqual([expect.stringContaining('glad')])
  expect(await faultsOf('{ event: complaint.made, script: nowhere }')).toEqual([
    expect.stringContaining('没有叫「nowhere」的话术'),
  ])
  expect(await faultsOf('{ event: complaint.made, pool: 付费群 }')).toEqual([
    'complaint.made 不带「pool」｜可以写 script、mood',
  ])
})

it('without the capability there is no such event', async () => {
  expect(await faultsOf('complaint.made', VOCABULARY)).toEqual([expect.stringContaining('complaint.made')])
})

it('a filter that means something else elsewhere is refused when the vocabulary is made', () => {
  const other: EventTrigger = {
    ...complaint,
    name: 'complaint.ended',
    filters: { mood: { zh: '心情', holds: () => true } },
  }
  expect(() => told(complaint, other)).toThrow('the filter mood of complaint.ended means something else elsewhere')
})
