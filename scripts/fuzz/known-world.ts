import { createSandbox } from '../../sandbox/sandbox.ts'
import { createSettableClock } from '../../server/core/kernel/clock.ts'
import { MINUTE_MS } from '../../server/core/kernel/shanghai.ts'
import { buildTestApp } from '../../server/testing/build-test-app.ts'
import { openOddPlatform } from './odd-platform.ts'

const CONFIG = {
  'tags.yaml': 'tags:\n  - { group: 意向, names: [高, 低] }\n  - { group: 来源, names: [包裹卡] }\n',
  'welcomes/通用.yaml': 'welcome: 通用\ndefault: true\ntext: 欢迎\n',
}
export const GUIDES = ['zhangsan', 'lisi']
export const PEOPLE = ['wmA', 'wmB', 'wmC', 'wmD']

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
/** The whole server, and a corp whose people, tags and groups it knows. */
export async function openKnownWorld() {
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

  /** A line for each thing that is known. */
  const known = async (): Promise<Set<string>> => {
    const lines: string[] = []
    for (const query of KNOWN) lines.push(...(await t.rawRows<{ line: string }>(query)).map(({ line }) => line))
    return new Set(lines)
  }

  /** What a log or an action says since the last look, if it can only be a mistake of ours. */
  async function mistakes(): Promise<string | undefined> {
    const line = t.logLines.find((one) => OUR_MISTAKE.test(one))
    t.logLines.length = 0
    const actions = await t.rawRows<{ last_error: string }>(
      `SELECT kind || ' ' || last_error AS last_error FROM action WHERE last_error IS NOT NULL AND state IN ('waiting', 'dead', 'failed') AND id > (SELECT MAX(id) - 200 FROM action)`,
    )
    return line ?? actions.map((one) => one.last_error).find((one) => OUR_MISTAKE.test(one))
  }

  return {
    t,
    sandbox,
    platform,
    chats,
    known,
    mistakes,
    close: async (): Promise<void> => {
      await t.close()
      await platform.close()
      await sandbox.close()
    },
  }
}
