import { createSandbox } from '../../../sandbox/sandbox.ts'
import { createSettableClock } from '../../../server/core/kernel/clock.ts'
import { MINUTE_MS } from '../../../server/core/kernel/shanghai.ts'
import { buildTestApp } from '../../../server/testing/build-test-app.ts'
import { withoutOne } from '../edit-text.ts'
import { drawChanges, type JsonChange, SILENT_WAYS } from '../odd-json.ts'
import { openOddPlatform } from '../odd-platform.ts'
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
const CONFIG = {
  'tags.yaml': 'tags:\n  - { group: 意向, names: [高, 低] }\n  - { group: 来源, names: [包裹卡] }\n',
  'welcomes/通用.yaml': 'welcome: 通用\ndefault: true\ntext: 欢迎\n',
}
const GUIDES = ['zhangsan', 'lisi']
const PEOPLE = ['wmA', 'wmB', 'wmC', 'wmD']

/** Each line names something that is known. What is known and not unsaid by anybody must stay. */
const KNOWN = [
  "SELECT 'friends ' || external_userid || ' ' || userid AS line FROM follow WHERE active = 1",
  "SELECT 'remark of ' || external_userid || ' at ' || userid AS line FROM follow WHERE remark <> ''",
  "SELECT 'tagged ' || external_userid || ' ' || userid || ' ' || tag_id AS line FROM follow_tag",
  "SELECT 'tag ' || tag_id AS line FROM corp_tag WHERE gone_at IS NULL",
  "SELECT 'name of ' || external_userid AS line FROM customer WHERE name <> ''",
  "SELECT 'group ' || chat_id AS line FROM chat_group WHERE dismissed_at IS NULL",
  "SELECT 'name of group ' || chat_id AS line FROM chat_group WHERE name <> ''",
  "SELECT 'in group ' || chat_id || ' ' || member_id AS line FROM chat_member WHERE left_at IS NULL",
  "SELECT 'staff ' || userid AS line FROM staff WHERE state = 'active'",
  "SELECT 'name of staff ' || userid AS line FROM staff WHERE name <> ''",
]
/** What our own mistakes say, in a log or beside an action. */
const OUR_MISTAKE =
  /TypeError|RangeError|SyntaxError|SQLITE|Cannot read|Cannot convert|is not (?:a function|iterable)|constraint failed|db\.(?:too-long|is-null|no-column)/
/** So many cases after each other; then WeCom tells everything once more. */
const BATCH = 20

async function openWorld() {
  const clock = createSettableClock('2026-11-22T09:00:00+08:00')
  const sandbox = createSandbox({ clock, retryDelaysMs: [1, 1], keepCalls: 100 })
  await sandbox.listen()
  const platform = await openOddPlatform(() => sandbox.url)
  const t = await buildTestApp({ platform: { clock, sandbox }, config: CONFIG, env: { WECOM_API_BASE: platform.url } })
  for (const [index, externalUserId] of PEOPLE.entries()) {
    for (const userId of index % 2 === 0 ? GUIDES : GUIDES.slice(0, 1)) {
      await sandbox.scan({ userId, externalUserId, name: `客户${index}` })
      await sandbox.editRemark({ userId, externalUserId, remark: `备注${index}` })
    }
  }
  await t.advance(MINUTE_MS)
  const tags = [...sandbox.world.tags.keys()]
  for (const externalUserId of PEOPLE)
    await sandbox.editTags({ userId: 'zhangsan', externalUserId, add: tags.slice(0, 2) })
  const chats: string[] = []
  for (const ownerUserId of GUIDES) {
    const { chatId } = await sandbox.createGroup({ name: `群${ownerUserId}`, ownerUserId, members: PEOPLE.slice(1) })
    chats.push(chatId)
  }
  for (let minute = 0; minute < 5; minute++) await t.advance(MINUTE_MS)
  return { t, sandbox, platform, chats, clock }
}

async function open(): Promise<Bench<SilenceCase>> {
  const { t, sandbox, platform, chats } = await openWorld()
  let n = 0
  const known = async (): Promise<Set<string>> => {
    const lines: string[] = []
    for (const query of KNOWN) lines.push(...(await t.rawRows<{ line: string }>(query)).map(({ line }) => line))
    return new Set(lines)
  }

  const acts: Record<Act, () => Promise<unknown>> = {
    customer: () =>
      sandbox.editRemark({ userId: 'zhangsan', externalUserId: PEOPLE[n % 4] ?? '', remark: `备注 ${n}` }),
    tags: () => t.db.tx((tx) => t.huoshui.tags.askForListing(tx, `fuzz:${n}`, '核对')),
    group: () => sandbox.renameGroup({ chatId: chats[n % 2] ?? '', name: `群 ${n}` }),
    staff: () => sandbox.editStaff({ userId: 'lisi', name: `李四${n}` }),
    reading: () => t.huoshui.sync.reconcile(),
  }

  async function mistakes(): Promise<string | undefined> {
    const line = t.logLines.find((one) => OUR_MISTAKE.test(one))
    t.logLines.length = 0
    const actions = await t.rawRows<{ last_error: string }>(
      `SELECT kind || ' ' || last_error AS last_error FROM action WHERE last_error IS NOT NULL AND state IN ('waiting', 'dead', 'failed') AND id > (SELECT MAX(id) - 200 FROM action)`,
    )
    return line ?? actions.map((one) => one.last_error).find((one) => OUR_MISTAKE.test(one))
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
    close: async () => {
      await t.close()
      await platform.close()
      await sandbox.close()
    },
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
