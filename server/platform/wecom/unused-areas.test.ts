import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { createWecom, UNUSED_AREAS } from './wecom.ts'

const CLIENT = join('server', 'platform', 'wecom')
/** Not areas of the platform. */
const OWN = ['limits', 'close']

const product = readdirSync('server', { recursive: true, encoding: 'utf8' })
  .map((file) => join('server', file))
  .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts') && !/[/\\]testing[/\\]/.test(file))
  .filter((file) => !file.startsWith(CLIENT))
  .map((file) => readFileSync(file, 'utf8'))

const isUsed = (area: string): boolean =>
  product.some((text) => new RegExp(`\\bwecom\\.${area}\\b|\\bWecom\\b[^\\n]*'${area}'`).test(text))

it('the areas of the client that nobody calls yet are exactly those that the list names', () => {
  const wecom = createWecom({
    apiBase: 'http://127.0.0.1:9',
    oauthBase: 'http://127.0.0.1:9',
    corpId: 'ww-corp',
    agentId: 1,
    secret: 'not-a-secret',
    clock: createSettableClock('2026-03-01T09:00:00+08:00'),
  })
  const areas = Object.keys(wecom).filter((name) => !OWN.includes(name))
  expect(areas.filter((area) => !isUsed(area)).sort()).toEqual([...UNUSED_AREAS].sort())
  wecom.close()
})
