import { describe, expect, it } from 'vitest'
import { parseConsent } from './consent-body.ts'

const word = (change: object = {}) => ({
  consentId: 'C1',
  customer: { phone: '13800001111' },
  state: 'refused',
  ...change,
})

it('what is not said is all marketing, now, until there is another word', () => {
  const plain = { consentId: 'C1', customer: { phone: '13800001111' }, state: 'refused', kind: 'marketing', scope: '' }
  const open = { saidAtMs: undefined, untilMs: undefined }
  expect(parseConsent(word())).toEqual({ ...plain, ...open })
  expect(parseConsent(word({ consentId: ' C1 ', kind: null, scope: null, at: '', until: null }))).toEqual({
    ...plain,
    ...open,
  })
  const said = word({ kind: 'marketing', scope: 'sends', at: '2026-11-20T10:00:00+08:00', until: 1_800_000_000_000 })
  expect(parseConsent(said)).toMatchObject({
    scope: 'sends',
    saidAtMs: Date.parse('2026-11-20T02:00:00Z'),
    untilMs: 1_800_000_000_000,
  })
})

describe('refused, by field and never with the value', () => {
  it.each([
    ['no id', word({ consentId: ' ' }), '/consentId'],
    ['no state', word({ state: undefined }), 'state'],
    ['another state', word({ state: 'off' }), '/state'],
    ['another kind', word({ kind: 'sms' }), '/kind'],
    ['another scope', word({ scope: 'all' }), '/scope'],
    ['a scope of judging', word({ kind: 'profiling', scope: 'sends' }), '/scope'],
    ['a yes that ends', word({ state: 'given', until: 1_800_000_000_000 }), '/until'],
    ['a day that is none', word({ at: '2026-02-30T10:00:00+08:00' }), '/at'],
    ['no offset', word({ until: '2026-11-20 10:00' }), '/until'],
  ])('%s', (_what, body, field) => {
    let told: unknown
    try {
      parseConsent(body)
    } catch (error) {
      told = error
    }
    expect(told).toMatchObject({ code: 'consents.invalid', status: 400 })
    expect(String((told as Error).message)).toContain(field)
    expect(String((told as Error).message)).not.toContain('13800001111')
  })
})
