import { afterEach, expect, test } from 'vitest'
import { sendsProgram } from '../../cli/sends.ts'
import { MINUTE_MS } from '../../core/kernel/shanghai.ts'
import { runCommand } from '../../testing/run-command.ts'
import { openSendScene, type SendScene } from './testing/send-scene.ts'

let scene: SendScene
afterEach(() => scene.close())

const send = (name: string, at: string) =>
  `send: ${name}\naudience: { follow.active: true }\ncontent: { text: ${name} }\nat: "2026-11-25 ${at}"\n`
const SOP = `sop: hello
name: 新客
trigger: customer.added
when: {}
steps:
  - task: { for: guide, title: 打个招呼 }
`
const open = async (policy: string): Promise<void> => {
  scene = await openSendScene({
    sends: [send('早', '10:00'), send('晚', '10:30')].join('---\n'),
    config: { 'policy.yaml': policy, 'sop/hello.yaml': SOP },
  })
}
const wait = async (minutes: number): Promise<void> => {
  for (let minute = 0; minute < minutes; minute++) await scene.advance(MINUTE_MS)
}
const until = async (time: string): Promise<void> => {
  scene.clock.set(Date.parse(`2026-11-25T${time}:00+08:00`))
  await wait(2)
}
const cancel = (name: string) => runCommand(sendsProgram, ['cancel', name], scene)
const tasks = async (): Promise<string[]> =>
  (
    await scene.rawRows<{ who: string; state: string }>(
      'SELECT external_userid AS who, state FROM guide_task ORDER BY id',
    )
  ).map(({ who, state }) => `${who} ${state}`)
const opened = () => scene.rawRows('SELECT userid, day, opened FROM task_day ORDER BY userid, day')

test('a cancelled send is no work of the day any more: what comes then finds room; twice is once, and what was confirmed stays', async () => {
  await open('tasksPerGuidePerDay: 2\n')
  await scene.befriend('zhangsan', 'wmA')
  await scene.befriend('lisi', 'wmB')
  await until('10:00')
  const day = '2026-11-25'
  expect(await opened()).toEqual([
    { userid: 'lisi', day, opened: 2 },
    { userid: 'zhangsan', day, opened: 2 },
  ])
  // Lisi has confirmed, and WeCom still sends; yesterday is another day.
  await scene.confirmAll('lisi')
  for (const send of scene.sandbox.world.massSends.values()) send.tasks.get('lisi')?.results.set('wmB', { status: 0 })
  await scene.rawRows("INSERT INTO task_day (userid, day, opened) VALUES ('zhangsan', '2026-11-24', 7)")
  await wait(6)
  await cancel('早')
  await wait(1)
  await cancel('1')
  expect(await opened()).toEqual([
    { userid: 'lisi', day, opened: 2 },
    { userid: 'zhangsan', day: '2026-11-24', opened: 7 },
    { userid: 'zhangsan', day, opened: 1 },
  ])
  await scene.befriend('zhangsan', 'wmC', 'wmD')
  await scene.befriend('lisi', 'wmE')
  await wait(1)
  // The later send counts as well, on the full days too.
  expect((await tasks()).slice(2)).toEqual(['wmC open', 'wmD held', 'wmE held'])
})

test('whom a cancelled send did not reach has a place for the next one; whom it reached has none', async () => {
  await open('contactsPerCustomer: { most: 2, days: 2 }\n')
  await scene.befriend('zhangsan', 'wmA')
  await scene.befriend('lisi', 'wmB')
  await until('10:00')
  await scene.confirmAll('lisi')
  await wait(6)
  await cancel('早')
  await wait(2)
  await until('10:30')
  expect(scene.created().slice(2)).toEqual(['zhangsan: wmA'])
  expect((await scene.outcomes()).sort()).toEqual(['wmA cancelled', 'wmA planned', 'wmB excluded', 'wmB sent'])
})
