import { readFile, writeFile } from 'node:fs/promises'
import Type from 'typebox'
import Value from 'typebox/value'
import { createErasures, type ErasedRow, type Erasures } from '../../records/privacy/erasures.ts'
import { PHONE_SETTINGS, phoneSecrets, readSomeSettings } from '../../settings.ts'
import { clearFreePages } from '../../upkeep/people/clear-free-pages.ts'
import { erasePerson } from '../../upkeep/people/erase-person.ts'
import { erasedAgain } from '../../upkeep/people/erased-again.ts'
import { personNames } from '../../upkeep/people/person-names.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { type Desk, defineCommand } from '../frame/command.ts'
import { text } from '../frame/slot.ts'

export const erasuresOf = ({ clock, env }: Desk): Erasures =>
  createErasures({ clock, secrets: phoneSecrets(readSomeSettings(env, PHONE_SETTINGS)) })

const OrNull = Type.Union([Type.String(), Type.Null()])
const List = Type.Object({
  erased: Type.Array(
    Type.Object({
      nameHash: Type.String({ minLength: 20, maxLength: 64 }),
      namedBy: Type.Union([Type.Literal('customer'), Type.Literal('union'), Type.Literal('phone')]),
      erasedAtMs: Type.Integer({ minimum: 0 }),
      byWhom: OrNull,
      receipt: OrNull,
    }),
  ),
})

export const saveListCommand = defineCommand({
  name: 'save-list',
  audited: 'change',
  says: '把删除名单存到文件，和备份放在一起；里面只有带密钥的摘要，认不出是谁',
  more: '每次删除以后、每次备份时都存一次：恢复旧备份时，名单要用最新的，不用备份里的。',
  words: { file: text('文件', '还不存在的文件，例如 erased.json') },
  run: async ({ file }, desk) => {
    const erased = await (await desk.db()).view((view) => erasuresOf(desk).rows(view))
    try {
      await writeFile(file, `${JSON.stringify({ erased }, null, 1)}\n`, { mode: 0o600, flag: 'wx' })
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EEXIST')
        throw cliFault('no', `${file} 已经存在：写一个新的文件名。`)
      throw error
    }
    return { text: `删除名单写进了 ${file}（${erased.length} 条）。`, data: { file, erased: erased.length } }
  },
})

export const reapplyCommand = defineCommand({
  name: 'reapply',
  audited: 'change',
  says: '恢复备份以后、启动服务以前：把名单里的人再删一次',
  words: { file: text('文件', 'save-list 存的名单') },
  run: async ({ file }, desk) => {
    const list = await readList(file)
    const db = await desk.db()
    const erasures = erasuresOf(desk)
    await db.tx((tx) => erasures.put(tx, list))
    const back = await erasedAgain(db, erasures)
    for (const externalUserId of back) {
      await erasePerson(db, await db.view((view) => personNames(view, externalUserId)))
    }
    const { DATABASE_URL } = readSomeSettings(desk.env, ['DATABASE_URL'])
    const cleared = back.length === 0 ? undefined : await clearFreePages(db, DATABASE_URL, { force: true })
    return {
      text: `名单有 ${list.length} 条，备份带回来的 ${back.length} 位已再次删除。`,
      data: { listed: list.length, erased: back.length, cleared: cleared ?? null },
    }
  },
})

async function readList(file: string): Promise<ErasedRow[]> {
  const written = await readFile(file, 'utf8').catch(() => undefined)
  if (written === undefined) throw cliFault('no', `找不到文件 ${file}，请检查路径。`)
  try {
    return Value.Parse(List, JSON.parse(written)).erased
  } catch {
    throw cliFault('no', `${file} 不是 save-list 存的名单。`)
  }
}
