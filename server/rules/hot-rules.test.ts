import { afterEach, expect, it } from 'vitest'
import { SECOND_MS } from '../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../testing/build-test-app.ts'

const CHANNEL = 'channel: 包裹卡\nstate: package-card\nguides: [zhangsan]\nwelcome: 欢迎\n'
const welcome = (text: string): string => `welcome: 欢迎\ndefault: true\ntext: ${text}\n`

let t: TestApp
afterEach(() => t.close())

async function welcomeOfNextCustomer(): Promise<(string | undefined)[]> {
  const { externalUserId } = await t.sandbox.scan({ state: 'package-card' })
  await t.settle()
  return t.sandbox
    .messagesOf(externalUserId)
    .filter((message) => message.via === 'welcome')
    .map((message) => message.text)
}

async function edit(files: Record<string, string>): Promise<void> {
  t.writeConfig(files)
  await t.huoshui.rules.check()
}

it('ops staff change a welcome while the server runs; a broken file changes nothing, also over a restart', async () => {
  t = await buildTestApp({ config: { 'channels/包裹卡.yaml': CHANNEL, 'welcomes/欢迎.yaml': welcome('您好') } })
  await t.advance(10 * SECOND_MS)
  expect(await welcomeOfNextCustomer()).toEqual(['您好'])

  await edit({ 'welcomes/欢迎.yaml': welcome('您好，周三有福利') })
  expect(await welcomeOfNextCustomer()).toEqual(['您好，周三有福利'])

  await edit({ 'welcomes/欢迎.yaml': 'welcome: 欢迎\ntext:\n\t- 您好' })
  expect(await welcomeOfNextCustomer()).toEqual(['您好，周三有福利'])
  expect(t.logLines.join('')).toContain('缩进用了 Tab')

  const { databaseUrl, sandbox, clock } = t
  const broken = { 'channels/包裹卡.yaml': CHANNEL, 'welcomes/欢迎.yaml': 'welcome: 欢迎\ntxt: 您好\n' }
  const before = t
  t = await buildTestApp({ config: broken, databaseUrl, platform: { sandbox, clock } })
  try {
    expect(await welcomeOfNextCustomer()).toEqual(['您好，周三有福利'])
  } finally {
    await t.close()
    t = before
  }
})
