import { MINUTE_MS } from '../../../server/core/kernel/shanghai.ts'
import { withoutOne } from '../edit-text.ts'
import { openKnownWorld, PEOPLE } from '../known-world.ts'
import { drawChanges, type JsonChange, SILENT_WAYS } from '../odd-json.ts'
import { type Bench, defineTarget, type Verdict } from '../target.ts'

/** Something happens at WeCom, and what WeCom answers when it is asked about it leaves things unsaid. */
interface SilenceCase {
  act: Act
  path: string
  changes: JsonChange[]
}
type Act = keyof typeof PATHS

/** The calls that follow from each act. */
const PATHS = {
  customer: ['externalcontact/get'],
  tags: ['externalcontact/get_corp_tag_list'],
  group: ['groupchat/get'],
  staff: ['user/get', 'user/list_id', 'user/simplelist', 'department/simplelist', 'department/list'],
  reading: [
    'batch/get_by_user',
    'groupchat/list',
    'groupchat/get',
    'externalcontact/get_corp_tag_list',
    'externalcontact/get_follow_user_list',
    'externalcontact/list',
    'externalcontact/list_contact_way',
    'externalcontact/get_user_behavior_data',
    'user/list_id',
    '*',
  ],
}
const ACTS = Object.keys(PATHS) as Act[] // its own keys
/** So many cases after each other; then WeCom tells everything once more. */
const BATCH = 20

async function open(): Promise<Bench<SilenceCase>> {
  const world = await openKnownWorld()
  const { t, sandbox, platform, chats, known, mistakes } = world
  let n = 0

  const acts: Record<Act, () => Promise<unknown>> = {
    customer: () =>
      sandbox.editRemark({ userId: 'zhangsan', externalUserId: PEOPLE[n % 4] ?? '', remark: `备注 ${n}` }),
    tags: () => t.db.tx((tx) => t.huoshui.tags.askForListing(tx, `fuzz:${n}`, '核对')),
    group: () => sandbox.renameGroup({ chatId: chats[n % 2] ?? '', name: `群 ${n}` }),
    staff: () => sandbox.editStaff({ userId: 'lisi', name: `李四${n}` }),
    reading: () => t.huoshui.sync.reconcile(),
  }

  async function play(one: SilenceCase): Promise<Verdict> {
    n += 1
    const before = await known()
    const spoilt = platform.spoilt()
    platform.spoil([one])
    await acts[one.act]()
    await t.settle()
    // Once more while it is odd, and then with the whole truth.
    await t.advance(5_000)
    platform.spoil([])
    const after = await known()
    const lost = [...before].find((line) => !after.has(line))
    const ended = `${one.act}, ${platform.spoilt() > spoilt ? 'odd' : 'not asked'}`
    if (lost !== undefined) return { ended, wrong: `nobody said that it is over: ${lost}` }
    const mistake = await mistakes()
    await t.advance(3 * MINUTE_MS)
    return mistake === undefined ? { ended } : { ended, wrong: `a mistake of ours: ${mistake.slice(0, 300)}` }
  }

  const first = await known()
  async function untrue(): Promise<string | undefined> {
    for (let round = 0; round < 3; round++) {
      await t.huoshui.sync.reconcile()
      for (let hour = 0; hour < 3; hour++) await t.advance(60 * MINUTE_MS)
      const now = await known()
      if ([...first].every((line) => now.has(line))) return undefined
    }
    const now = await known()
    return [...first].find((line) => !now.has(line))
  }

  return {
    make: (random) => {
      const act = random.int(3) === 0 ? 'reading' : random.pick(ACTS)
      return { act, path: random.pick(PATHS[act]), changes: drawChanges(random, 3, SILENT_WAYS) }
    },
    play: async (inputs) => {
      const verdicts: Verdict[] = []
      for (const one of inputs) verdicts.push(await play(one))
      const [last] = verdicts.slice(-1)
      const missing = inputs.length < BATCH ? undefined : await untrue()
      if (missing !== undefined && last !== undefined)
        last.wrong ??= `not known again, though WeCom told it: ${missing}`
      return verdicts
    },
    shorten: function* (one) {
      for (const changes of withoutOne(one.changes)) if (changes.length > 0) yield { ...one, changes }
    },
    figures: () => [`${platform.spoilt()} answers changed, ${first.size} things known`],
    close: world.close,
  }
}

export const knownPeople = defineTarget<SilenceCase>({
  name: 'known-people',
  says: 'WeCom leaves things unsaid, and the whole server listens: nobody and nothing that was known is given up',
  count: 5_000,
  brief: 8,
  batch: BATCH,
  open,
})
