import { afterEach, beforeEach, expect, it } from 'vitest'
import { createTestKit, type TestKit } from '../testing/test-kit.ts'
import { createMetrics } from './metrics.ts'

let kit: TestKit
beforeEach(async () => {
  kit = await createTestKit()
})
afterEach(() => kit.close())

it('looks that the audit lost are a number from the first on, as is what else no table tells', async () => {
  let lost = 0
  const metrics = createMetrics(kit.db, {
    openAlerts: async () => new Map([['clock', 1]]),
    unstored: () => ['store'],
    looksLost: () => lost,
    eta: async () => [],
  })
  expect(await metrics.text()).toMatch(/^huoshui_audit_looks_lost 0$/m)
  lost = 3
  const text = await metrics.text()
  expect(text).toMatch(/^huoshui_audit_looks_lost 3$/m)
  expect(text).toMatch(/^huoshui_alerts_open\{alert="clock"\} 1$/m)
  expect(text).toMatch(/^huoshui_alerts_open\{alert="store"\} 1$/m)
})
