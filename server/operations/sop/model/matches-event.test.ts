import { expect, it, test } from 'vitest'
import { VOCABULARY } from '../../../capabilities/vocabulary.ts'
import type { EventSpec } from '../../../rules/schema/sop-event.ts'
import { matchesEvent } from './matches-event.ts'

const tagged = { tags: ['意向/送礼', '口味/厚切'], by: 'guide' }
const answered = { surveyId: 'taste', answers: [{ question: '爱吃什么', answer: '厚切' }] }
const moved = { ladder: '会员', from: 'B', to: 'A' }
const sent = { scriptId: 'hello', carries: ['link', 'image'] }

test.each<[what: string, spec: EventSpec, payload: Record<string, unknown>, other: Record<string, unknown>]>([
  ['tag', { event: 'tag.added', tag: '意向/送礼' }, tagged, { ...tagged, tags: ['意向/自用'] }],
  ['by hand, in the sidebar', { event: 'tag.added', by: 'hand' }, tagged, { ...tagged, by: 'rule' }],
  ['by hand, in WeCom', { event: 'tag.removed', by: 'hand' }, { ...tagged, by: 'wecom' }, { ...tagged, by: 'rule' }],
  ['by rule', { event: 'tag.removed', by: 'rule' }, { ...tagged, by: 'rule' }, tagged],
  ['pool', { event: 'group.joined', pool: '付费群' }, { pool: '付费群' }, { pool: '科普群' }],
  ['no pool at all', { event: 'group.left', pool: '付费群' }, { pool: '付费群' }, { pool: null }],
  ['script', { event: 'script.sent', script: 'hello' }, sent, { ...sent, scriptId: 'bye' }],
  ['carries', { event: 'script.sent', carries: 'image' }, sent, { ...sent, carries: ['link'] }],
  ['survey', { event: 'survey.answered', survey: 'taste' }, answered, { ...answered, surveyId: 'other' }],
  [
    'answer',
    { event: 'survey.answered', answer: '厚切' },
    answered,
    { ...answered, answers: [{ question: '爱吃什么', answer: '薄切' }] },
  ],
  ['ladder', { event: 'tier.changed', ladder: '会员' }, moved, { ...moved, ladder: '入门' }],
  ['to', { event: 'tier.changed', to: 'A' }, moved, { ...moved, to: 'C' }],
  ['from', { event: 'tier.changed', from: 'B' }, moved, { ...moved, from: 'C' }],
  ['two filters at once', { event: 'tier.changed', from: 'B', to: 'A' }, moved, { ...moved, from: 'C' }],
])('%s', (_what, spec, payload, other) => {
  if (typeof spec === 'string') throw new Error('a filter is meant')
  expect(matchesEvent(VOCABULARY, spec, { kind: spec.event, payload })).toBe(true)
  expect(matchesEvent(VOCABULARY, spec, { kind: spec.event, payload: other })).toBe(false)
  expect(matchesEvent(VOCABULARY, spec, { kind: 'order.paid', payload })).toBe(false)
  expect(matchesEvent(VOCABULARY, spec.event, { kind: spec.event, payload: other })).toBe(true)
})

it.each<[what: string, spec: EventSpec, isMeant: boolean]>([
  ['by its name', 'script.sent', false],
  ['by its script', { event: 'script.sent', script: 'hello' }, false],
  ['by what it brings', { event: 'script.sent', carries: 'link' }, true],
  ['by both', { event: 'script.sent', carries: 'link', script: 'hello' }, true],
  ['by both, of another script', { event: 'script.sent', carries: 'link', script: 'bye' }, false],
  ['by what was brought before', { event: 'script.sent', carries: 'image' }, false],
])('the rest of a script begins nothing but what asks for what it brings: %s', (_what, spec, isMeant) => {
  const rest = { scriptId: 'hello', carries: ['link'], rest: true }
  expect(matchesEvent(VOCABULARY, spec, { kind: 'script.sent', payload: rest })).toBe(isMeant)
})
