import { afterEach, expect, it } from 'vitest'
import { sopProgram } from '../../cli/sop.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import { sopFigures } from '../../operations/sop/explain/sop-figures.ts'
import { type BrandScene, openBrandScene } from '../../operations/sop/testing/brand-scene.ts'
import { runCommand } from '../../testing/run-command.ts'
import { copyForRehearsal } from './copy-for-rehearsal.ts'
import { rehearsePlan } from './rehearse-plan.ts'

const DAYS = 3

let t: BrandScene
afterEach(() => t.close())

/** Who is asked for what when, by which journey. */
const tally = (steps: { sop: string; externalUserId: string; position: string; outcome: string }[]): string[] =>
  steps.map((step) => `${step.sop} ${step.externalUserId} ${step.position} ${step.outcome}`).sort()

it('the plan of the shipped journeys is what then happens, for everyone who enters by the clock', async () => {
  t = await openBrandScene('2026-11-22T08:00:00', [
    ...['once', 'loyal', 'some', 'born', 'outside', 'buys'].map((id) => ({ id })),
    { id: 'silent', in: '科普群' },
  ])
  await t.boughtBefore('once', 1, 29)
  await t.boughtBefore('loyal', 10, 180)
  await t.boughtBefore('some', 3, 89)
  await t.settle()
  await t.bornOn('born', '11-24')
  await t.meet('new')
  await t.buy('buys')

  const nowMs = t.clock.now()
  const { scratches } = await copyForRehearsal(t.db, 1)
  const [scratch] = scratches
  if (scratch === undefined) throw new Error('no scratch')
  const book = t.huoshui.rules.current()
  const options = { scratch, nowMs, book, assetsDir: t.configDir, perCustomerPerMonth: undefined, days: DAYS }
  const plan = await rehearsePlan(options)
  await scratch.close()
  const entering = plan.sops.map(({ sop, entered, insideBefore }) => `${sop} ${insideBefore}+${entered.length}`)
  expect(entering.sort()).toEqual([
    'birthday 0+1',
    'lost-loyal 0+1',
    'new-customer-first-order 1+0',
    'paid-group-care 1+0',
    'second-order 0+1',
    'silent-member 0+1',
    'unpaid-education 0+0',
    'vip-upgrade 0+0',
    'win-back 0+1',
  ])
  const asked = ['plan', 'lost-loyal', t.configDir]
  const told = await runCommand(sopProgram, asked, { ...t, configDir: 'config' })
  expect([told.code, told.out]).toEqual([0, expect.stringContaining('流失老客')])

  for (let day = 22; day < 22 + DAYS; day++) {
    const times = ['08:11', '09:00', '09:30', '10:00', '10:30', '19:00'].map((time) => `2026-11-${day}T${time}`)
    await t.goTo(...times)
  }
  await t.goTo('2026-11-25T07:59')
  const lived = await t.db.view((tx) => sopFigures.steps(tx, nowMs, nowMs + DAYS * DAY_MS))
  expect(tally(plan.sops.flatMap((sop) => sop.steps))).toEqual(tally(lived))
  expect(lived.length).toBeGreaterThan(15)
})
