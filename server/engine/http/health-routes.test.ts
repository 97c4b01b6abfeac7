import { afterEach, beforeEach, expect, it } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { SECOND_MS } from '../../core/kernel/shanghai.ts'
import { buildTestApp, type TestApp } from '../../testing/build-test-app.ts'

let t: TestApp
beforeEach(async () => {
  t = await buildTestApp({
    config: { 'welcomes/w.yaml': 'welcome: 默认欢迎语\ndefault: true\ntext: 您好，欢迎来到牧野。\n' },
  })
})
afterEach(() => t.close())

async function metrics(): Promise<{ text: string; numberAt(line: string): number | undefined }> {
  const answer = await fetch(`${t.url}/metrics`)
  expect(answer.headers.get('content-type')).toMatch(/^text\/plain; version=0\.0\.4/)
  const text = await answer.text()
  return {
    text,
    numberAt: (start) => {
      const found = text.split('\n').find((line) => line.startsWith(`${start} `))
      return found === undefined ? undefined : Number(found.slice(start.length + 1))
    },
  }
}

it('the numbers follow what happens, and name nobody', async () => {
  const { externalUserId } = await t.sandbox.scan({ userId: 'zhangsan', name: '小满' })
  await t.settle()
  await fetch(`${t.url}/wecom/callback?msg_signature=a&timestamp=1&nonce=planted`, { method: 'POST', body: '<xml/>' })
  const { text, numberAt } = await metrics()
  expect(numberAt('huoshui_callbacks_accepted_total')).toBe(1)
  expect(numberAt('huoshui_callbacks_refused_total{code="callback.bad-body"}')).toBe(1)
  expect(numberAt('huoshui_actions_total{kind="welcome.send",state="done"}')).toBe(1)
  expect(
    numberAt('huoshui_wecom_call_seconds_count{path="/cgi-bin/externalcontact/send_welcome_msg",errcode="0"}'),
  ).toBe(1)
  for (const planted of [externalUserId, 'zhangsan', '小满', 'planted', t.sandbox.credentials.secret]) {
    expect(text).not.toContain(planted)
  }
})

it('what waits, and what is given up and wants a person, can be seen', async () => {
  t.sandbox.faults.set({ path: 'externalcontact/get', http: 500 })
  await t.sandbox.scan({ userId: 'zhangsan' })
  await t.settle()
  expect((await metrics()).numberAt('huoshui_backlog{queue="action",state="waiting"}')).toBeGreaterThan(0)
  await t.db.tx((tx) => tx.run(raw("UPDATE action SET attempts = 11, due_at = 0 WHERE state = 'waiting'")))
  for (let second = 0; second < 3; second++) await t.advance(SECOND_MS)
  expect((await metrics()).numberAt('huoshui_backlog{queue="action",state="dead"}')).toBeGreaterThan(0)
})

it('up is one thing, ready another', async () => {
  const status = async (path: string): Promise<number> => (await fetch(`${t.url}${path}`)).status
  expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 200])
  await t.db.tx((tx) => tx.run(raw('DROP TABLE live_process')))
  expect([await status('/healthz'), await status('/readyz')]).toEqual([200, 503])
})
