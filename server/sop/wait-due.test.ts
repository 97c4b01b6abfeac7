import { expect, test } from 'vitest'
import type { WaitStep } from '../rules/schema/sop-step.ts'
import { waitDue } from './wait-due.ts'

const at = (text: string): number => Date.parse(`${text}+08:00`)

test.each<[WaitStep, string, string]>([
  ['30s', '2026-11-22T09:00:00', '2026-11-22T09:00:30'],
  ['10m', '2026-11-22T23:55:00', '2026-11-23T00:05:00'],
  ['24h', '2026-11-22T09:00:00', '2026-11-23T09:00:00'],
  ['3d', '2026-11-22T09:00:00', '2026-11-25T09:00:00'],
  [{ until: '10:00' }, '2026-11-22T09:00:00', '2026-11-22T10:00:00'],
  [{ until: '10:00' }, '2026-11-22T10:00:00', '2026-11-23T10:00:00'],
  [{ until: '10:00', days: 0 }, '2026-11-22T23:59:59', '2026-11-23T10:00:00'],
  [{ until: '10:00', days: 1 }, '2026-11-22T07:59:00', '2026-11-23T10:00:00'],
  [{ until: '10:00', days: 1 }, '2026-11-22T23:59:59', '2026-11-23T10:00:00'],
  [{ until: '07:30', days: 1 }, '2026-11-30T00:00:00', '2026-12-01T07:30:00'],
  [{ event: 'order.paid', atMost: '2d' }, '2026-11-22T09:00:00', '2026-11-24T09:00:00'],
])('%j from %s ends %s', (wait, from, due) => {
  expect(new Date(waitDue(wait, at(from)))).toEqual(new Date(at(due)))
})
