import { afterEach, expect, test } from 'vitest'
import { sendsProgram } from '../../cli/sends.ts'
import { HOUR_MS, MINUTE_MS, SECOND_MS } from '../../core/kernel/shanghai.ts'
import { runCommand } from '../../testing/run-command.ts'
import { armOf } from './pick-variant.ts'
import { openSendScene, type SendScene } from './testing/send-scene.ts'

/* A send is killed at each of its writes and at each of its platform calls, and another process goes on: each customer gets it once
 * at most, and nobody is lost. */

const opened: SendScene[] = []
let knives: { isAway: boolean }[] = []
/** What is dead can close nothing, and would keep its connections. */
async function closeAll(): Promise<void> {
  for (const knife of knives) knife.isAway = true
  knives = []
  for (const scene of opened.splice(0).reverse()) await scene.close()
}
afterEach(closeAll)

/** Where a process dies: at its n-th write of a send, or when WeCom has (`after`) or has not (`before`) done what it was asked for. */
type Knife = { write: number } | { call: string; cut: 'before' | 'after' }
const CALLS = ['add_msg_template', 'remind_groupmsg_send', 'get_groupmsg_send_result', 'cancel_groupmsg_send'] as const
const isWrite = (text: string): boolean =>
  /^\s*(INSERT|UPDATE|DELETE)\b.*\bsend_(run|batch|recipient|sender)\b/is.test(text)

/** The process of this scene does nothing more once it is dead; `writes` of sends before. */
function holdKnife({ db, sandbox }: SendScene, knife?: Knife) {
  const state = { isDead: false, isAway: false, writes: 0 }
  knives.push(state)
  const callsOf = (path: string): number => sandbox.calls(`externalcontact/${path}`).length
  const before = knife !== undefined && 'call' in knife ? callsOf(knife.call) : 0
  if (knife !== undefined && 'call' in knife) sandbox.faults.set({ path: knife.call, cut: knife.cut })
  db.watch((text) => {
    // What was begun is undone by the database of a dead process, too.
    if (state.isAway || /^\s*ROLLBACK/i.test(text)) return
    if (isWrite(text)) state.writes += 1
    if (knife !== undefined && 'call' in knife) state.isDead ||= callsOf(knife.call) > before
    else if (knife !== undefined) state.isDead ||= state.writes >= knife.write
    if (state.isDead) throw new Error('killed')
  })
  return state
}

/** Two versions by lot, of which zhangsan's customers draw one each. */
const VERSIONS = `send: 周三福利日
audience: { follow.active: true }
content:
  split:
    arms: [{ arm: A, weight: 50, text: 短的 }, { arm: B, weight: 50, text: 长一些的 }]
cron: "0 10 * * 3"
`
const arms = { of: ['A', 'B'].map((name) => ({ name, weight: 50, content: {} })) }
const drawsFirst = (id: string): boolean => armOf('split:send:周三福利日', id, arms) === 0

/** One send's whole life: created for two guides, reminded of, confirmed by one, read, cancelled for the other. Gives how many writes it
 *  took; `knife`: it is killed there, and another process goes on. `sends`: of versions. */
async function live(knife?: Knife, sends?: string): Promise<{ scene: SendScene; died: boolean; writes: number }> {
  let scene = await openSendScene(sends === undefined ? {} : { sends })
  opened.push(scene)
  await scene.befriend('zhangsan', 'wmA', 'wmB')
  await scene.befriend('lisi', 'wmC')
  const state = holdKnife(scene, knife)
  let died = false
  /** Beats; a dead process is followed by the next, which has the time that a lost claim takes. */
  async function beats(times: number, ms: number): Promise<void> {
    for (let round = 0; round < times; round++) await scene.advance(ms).catch(() => undefined)
    if (died || !state.isDead) return
    died = true
    scene.sandbox.faults.clear()
    scene.clock.advance(2 * MINUTE_MS)
    scene = await scene.again()
    opened.push(scene)
    for (let round = 0; round < 6; round++) await scene.advance(MINUTE_MS)
  }
  await beats(4, MINUTE_MS)
  await beats(3, 70 * MINUTE_MS)
  await beats(2, MINUTE_MS)
  await scene.confirmAll('zhangsan')
  await beats(4, MINUTE_MS)
  await beats(2, HOUR_MS)
  const [run] = await scene.rawRows<{ id: number }>('SELECT id FROM send_run ORDER BY id DESC').catch(() => [])
  const cancel = () => runCommand(sendsProgram, ['cancel', String(run?.id)], scene).catch(() => undefined)
  await cancel()
  await beats(6, 10 * SECOND_MS)
  await beats(4, MINUTE_MS)
  // Whoever cancelled and heard nothing says it again.
  await cancel()
  await beats(6, MINUTE_MS)
  return { scene, died, writes: state.writes }
}

/** All that each customer has got and what we know of it. */
async function expectOnce(
  { scene }: { scene: SendScene },
  guides: readonly string[] = ['lisi', 'zhangsan'],
): Promise<void> {
  const tasks = [...scene.sandbox.world.massSends.values()].flatMap((send) => [...send.tasks.values()])
  const got = tasks.flatMap(({ results }) => [...results].flatMap(([id, { status }]) => (status === 1 ? [id] : [])))
  expect(got.sort()).toEqual(['wmA', 'wmB'])
  // No task is made twice, not even one that nobody confirms.
  expect(tasks.map(({ userId }) => userId).sort()).toEqual(guides)
  expect(await scene.outcomes()).toEqual(['wmA sent', 'wmB sent', 'wmC cancelled'])
  const touches = await scene.rawRows<{ external_userid: string }>(
    "SELECT external_userid FROM touch WHERE kind = 'send' ORDER BY external_userid",
  )
  expect(touches.map((row) => row.external_userid)).toEqual(['wmA', 'wmB'])
}

test('killed at each of its writes', async () => {
  const { writes, ...whole } = await live()
  await expectOnce(whole)
  expect(writes).toBeGreaterThan(8)
  // On the slower database every third.
  const step = whole.scene.db.dialect === 'mysql' ? 3 : 1
  for (let write = 1; write <= writes; write += step) {
    const ended = await live({ write })
    expect([write, ended.died]).toEqual([write, true])
    await expectOnce(ended).catch((error: unknown) => {
      throw new Error(`killed at write ${write} of ${writes}`, { cause: error })
    })
    await closeAll()
  }
}, 600_000)

test.each(
  CALLS.flatMap(
    (call) =>
      [
        [call, 'before' as const],
        [call, 'after' as const],
      ] as const,
  ),
)('killed at %s, %s WeCom has done it', async (call, cut) => {
  const ended = await live({ call, cut })
  expect(ended.died).toBe(true)
  await expectOnce(ended)
})

test('a send with versions, killed at each of its writes: each task once, and each customer by the task of their version', async () => {
  // Else a version would have nobody.
  expect(drawsFirst('wmA')).not.toBe(drawsFirst('wmB'))
  const guides = ['lisi', 'zhangsan', 'zhangsan']
  const { writes, ...whole } = await live(undefined, VERSIONS)
  await expectOnce(whole, guides)
  const step = whole.scene.db.dialect === 'mysql' ? 5 : 2
  for (let write = 1; write <= writes; write += step) {
    const ended = await live({ write }, VERSIONS)
    expect([write, ended.died]).toEqual([write, true])
    await expectOnce(ended, guides).catch((error: unknown) => {
      throw new Error(`killed at write ${write} of ${writes}`, { cause: error })
    })
    const texts = new Set(ended.scene.texts())
    expect([...texts].sort()).toEqual(['短的', '长一些的'].sort())
    await closeAll()
  }
}, 600_000)

/** What nobody has to confirm any more counts in nobody's day. */
const PLACES = ['zhangsan 1']
const CHOSEN = `send: 周三福利日
audience: { follow.active: true }
content: { text: 今天西冷第二件半价 }
cron: "0 10 * * 3"
senders: lastChat
`
async function expectOneTask(ended: { scene: SendScene }): Promise<void> {
  await expectOnce(ended)
  const { scene } = ended
  expect([...scene.sandbox.world.massSends.values()]).toHaveLength(1)
  const days = await scene.rawRows<{ userid: string; opened: number }>(
    'SELECT userid, opened FROM task_day WHERE opened > 0 ORDER BY userid',
  )
  expect(days.map(({ userid, opened: many }) => `${userid} ${many}`)).toEqual(PLACES)
}

test('one task of several guides whom WeCom chooses, killed at each of its writes: made once, and each day counts what is confirmed', async () => {
  const { writes, ...whole } = await live(undefined, CHOSEN)
  await expectOneTask(whole)
  const step = whole.scene.db.dialect === 'mysql' ? 5 : 2
  for (let write = 1; write <= writes; write += step) {
    const ended = await live({ write }, CHOSEN)
    expect([write, ended.died]).toEqual([write, true])
    await expectOneTask(ended).catch((error: unknown) => {
      throw new Error(`killed at write ${write} of ${writes}`, { cause: error })
    })
    await closeAll()
  }
}, 600_000)

test.each(['before', 'after'] as const)(
  'the same, killed at add_msg_template and at cancelling, %s WeCom has done it',
  async (cut) => {
    for (const call of ['add_msg_template', 'cancel_groupmsg_send']) {
      const ended = await live({ call, cut }, CHOSEN)
      expect(ended.died).toBe(true)
      await expectOneTask(ended)
      await closeAll()
    }
  },
)
