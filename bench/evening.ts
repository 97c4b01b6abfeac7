import { createSeededRandom, type SeededRandom } from '../sandbox/random.ts'
import { MINUTE_MS, SECOND_MS } from '../server/core/kernel/shanghai.ts'
import { deadLetters } from '../server/engine/actions/dead-letters.ts'
import { type EveningVerdict, isEveningClean, judgeEvening } from './evening-judge.ts'
import { type EveningScene, openEveningScene } from './evening-scene.ts'

export interface EveningOptions {
  evenings: number
  /** Decides when each fault begins. */
  seed: number
  say?: (line: string) => void
}
export interface EveningResult {
  evenings: EveningVerdict[]
  /** /readyz as the first minutes of refusal were over, and when all was mended; of each evening. */
  readyz: string[]
}
export const isQuiet = ({ evenings, readyz }: EveningResult): boolean =>
  evenings.every(isEveningClean) && readyz.every((said, n) => said === (n % 2 === 0 ? 'degraded' : 'ready'))

const STEP_MS = 30 * SECOND_MS
const CHAOS_MS = 70 * MINUTE_MS
const REFUSES_MS = 10 * MINUTE_MS
const GET = 'externalcontact/get'
const TAGS = 'externalcontact/get_corp_tag_list'

/** Evenings in which everything goes wrong at once: WeCom refuses everything for ten minutes, one list for longer, limits a guide,
 *  answers oddly, gives a list without an end, refuses a change of a live code; the robot that tells of it is down at the same
 *  time; somebody saves a broken rule file and empties another; what was tried in vain is given up; welcomes are missed. Then
 *  all is mended, and who was told what is counted. On the sandbox, under a settable clock. */
export async function runEvenings({ evenings, seed, say = () => undefined }: EveningOptions): Promise<EveningResult> {
  const scene = await openEveningScene()
  const random = createSeededRandom(seed)
  const result: EveningResult = { evenings: [], readyz: [] }
  try {
    for (let nth = 1; nth <= evenings; nth++) {
      const { verdict, readyz } = await evening(scene, random, nth)
      result.evenings.push(verdict)
      result.readyz.push(...readyz)
      say(
        `evening ${nth}: ${verdict.told} told, ${verdict.missedWelcomes} welcomes missed, ${isEveningClean(verdict) ? 'clean' : JSON.stringify(verdict)}`,
      )
    }
  } finally {
    await scene.close()
  }
  return result
}

async function evening(scene: EveningScene, random: SeededRandom, nth: number) {
  const { sandbox, robot, save } = scene
  const newest = await scene.rawRows<{ id: number | null }>('SELECT MAX(id) AS id FROM welcome')
  const since = {
    appMessages: scene.appMessages().length,
    robot: robot.took.length,
    welcomes: Number(newest[0]?.id ?? 0),
  }
  const seen = new Set<string>()
  const pass = async (ms: number): Promise<void> => {
    await scene.advance(ms)
    for (const { key } of await scene.openAlerts()) seen.add(key)
  }

  // Lasting faults come first, so that they are found behind the refusal of everything once that is over.
  const lasting = [
    () => sandbox.faults.set({ path: TAGS, errcode: 48002 }),
    () => sandbox.faults.set({ path: 'groupchat/get', odd: { at: 'group_chat.member_list.0.userid', is: 'null' } }),
    () => sandbox.faults.set({ path: GET, cursor: 'still' }),
    () => sandbox.faults.set({ path: 'update_contact_way', errcode: 40003 }),
    () => sandbox.setStaffState({ userId: 'lisi', state: 'limited' }),
  ]
  const { chatId } = await sandbox.createGroup({ name: `福利群${nth}`, ownerUserId: 'zhangsan' })
  await pass(STEP_MS)
  const plan = new Map<number, (() => unknown)[]>()
  const at = (minute: number, what: () => unknown): void => {
    const step = Math.floor((minute * MINUTE_MS) / STEP_MS)
    plan.set(step, [...(plan.get(step) ?? []), what])
  }
  const readyz: string[] = []
  const beginsAt = random.int(3)
  at(beginsAt, () => {
    sandbox.faults.set({ errcode: 60020 })
    robot.refuse(true)
  })
  at(beginsAt + 4 + random.int(3), () => robot.refuse(false))
  at(beginsAt + 3, async () => readyz.push(await scene.readyz()))
  at(beginsAt + REFUSES_MS / MINUTE_MS, () => {
    sandbox.faults.clear()
    for (const strike of lasting) strike()
  })
  at(1 + random.int(8), save.otherGuide)
  at(12 + random.int(8), save.broken)
  at(22 + random.int(8), save.emptied)

  for (let step = 0; step * STEP_MS < CHAOS_MS; step++) {
    for (const what of plan.get(step) ?? []) await what()
    await life(scene, step, chatId)
    // At once: a welcome has twenty seconds.
    await scene.settle()
    await pass(STEP_MS)
  }
  await mend(scene, chatId, nth)
  for (let minute = 0; minute < 150; minute += 5) await pass(5 * MINUTE_MS)
  readyz.push(await scene.readyz())
  return { verdict: await judgeEvening(scene, since, seen), readyz }
}

/** A customer every two minutes, mostly by the card; a tag made in the console, a customer joining the group now and then. */
async function life({ sandbox }: EveningScene, step: number, chatId: string): Promise<void> {
  if (step % 4 !== 0) return
  const nth = step / 4
  const [userId, state] = nth % 6 === 5 ? ['wangwu', 'shop'] : ['zhangsan', 'card']
  const { externalUserId } = await sandbox.scan({ userId, state })
  if (nth % 5 === 1) await sandbox.createTag({ group: '临时', name: `标签${nth}-${externalUserId.slice(-6)}` })
  if (nth % 5 === 2) await sandbox.joinGroup({ externalUserId, chatId })
}

/** What people do when they have been told. */
async function mend(scene: EveningScene, chatId: string, nth: number): Promise<void> {
  const { sandbox, save, db, clock } = scene
  sandbox.faults.clear()
  await save.good()
  sandbox.setStaffState({ userId: 'lisi' })
  const { externalUserId } = await sandbox.scan({ userId: 'lisi', state: 'card' })
  await sandbox.createTag({ group: '临时', name: `好了${nth}` })
  await sandbox.joinGroup({ externalUserId, chatId })
  await scene.settle()
  await db.tx(async (tx) => {
    for (const kind of ['action', 'event'] as const) await deadLetters.retry(tx, { kind }, clock.now())
  })
  await scene.settle()
}
