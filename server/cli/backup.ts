import { join } from 'node:path'
import { migrations } from '../../migrations/index.ts'
import { createDb } from '../core/db/db.ts'
import { shanghaiText } from '../core/kernel/shanghai.ts'
import { createAlerts } from '../records/alerts/alerts.ts'
import { createTimeline } from '../records/timeline/timeline.ts'
import { readSomeSettings } from '../settings.ts'
import {
  type BackupManifest,
  databaseFileOf,
  ERASED_FILE,
  openBackupFolder,
  readBackup,
  sealBackup,
} from '../upkeep/backup/backup-folder.ts'
import { dumpDatabase, loadMysqlDump, loadSqliteFile } from '../upkeep/backup/copy-database.ts'
import { type HeldBack, holdBack } from '../upkeep/backup/hold-back.ts'
import { actionKindText } from './action-kind-text.ts'
import { readBook } from './find/read-book.ts'
import { cliFault } from './frame/cli-fault.ts'
import { type Desk, defineCommand, type Program } from './frame/command.ts'
import { flag, optional, text } from './frame/slot.ts'
import { eraseListed, readErasedList, saveErasedList } from './people/erased-list.ts'

const databaseUrlOf = ({ env }: Desk): string => readSomeSettings(env, ['DATABASE_URL']).DATABASE_URL
const dialectOf = (databaseUrl: string): BackupManifest['dialect'] =>
  databaseUrl.startsWith('sqlite:') ? 'sqlite' : 'mysql'

const make = defineCommand({
  name: 'make',
  audited: 'change',
  scope: 'owner',
  says: '备份：整个数据库和删除名单，写进一个新文件夹；服务照常运行',
  more: '文件夹只有运行命令的账号能读；密钥和规则文件夹不在里面，另外保管。',
  words: { folder: text('文件夹', '还不存在，或者是空的，例如 backup-2026-11-29') },
  run: async ({ folder }, desk) => {
    const db = await desk.db()
    const databaseUrl = databaseUrlOf(desk)
    const dialect = dialectOf(databaseUrl)
    await openBackupFolder(folder)
    const madeAtMs = desk.clock.now()
    await dumpDatabase(db, databaseUrl, join(folder, databaseFileOf(dialect)))
    const erased = await saveErasedList(desk, join(folder, ERASED_FILE))
    const migration = migrations.at(-1)?.name ?? ''
    const manifest = await sealBackup(folder, { madeAtMs, dialect, migration })
    const bytes = manifest.files.reduce((sum, file) => sum + file.bytes, 0)
    return {
      text: `备份写进了 ${folder}：${shanghaiText(madeAtMs)} 的数据，${(bytes / 1024 ** 2).toFixed(1)} MB，删除名单 ${erased} 条。`,
      data: { folder, ...manifest },
      changed: [{ of: folder, after: { madeAtMs, migration, bytes } }],
    }
  },
})

const restore = defineCommand({
  name: 'restore',
  audited: 'change',
  scope: 'owner',
  says: '恢复备份：放回数据库，把已删除的人再删一次，备份以后可能已经做过的事不再做第二次',
  more: [
    '先停掉所有服务；规则文件夹要和恢复以后用的一样。SQLite 原来的文件会留在旁边（.before-…），MySQL 的表会全部换掉。',
    '备份之后到期的群发、旅程步骤、应用消息、Webhook，可能已经发过：都不再发，写明原因，用 actions -- failed 和 sends -- list 看。',
    '恢复以后启动服务，再运行一次 npm run -s reconcile，把这段时间的变化从企业微信补回来。',
  ].join('\n'),
  words: { folder: text('文件夹', 'make 写的备份') },
  options: {
    erased: optional(text('文件', '最新的删除名单（people -- save-list 存的）；不写就只用备份里的')),
    yes: flag('真的恢复；不写只检查备份，什么都不动'),
  },
  run: async ({ folder, erased, yes }, desk) => {
    const manifest = await readBackup(folder)
    const databaseUrl = databaseUrlOf(desk)
    if (manifest.dialect !== dialectOf(databaseUrl)) {
      throw cliFault('no', `这份备份是 ${manifest.dialect} 的，DATABASE_URL 是另一种数据库。`)
    }
    if (!migrations.some(({ name }) => name === manifest.migration)) {
      throw cliFault('no', '备份是更新的程序做的，这个版本的程序读不了：用做备份时的版本（或更新的）恢复。')
    }
    const lists = [join(folder, ERASED_FILE), ...(erased === undefined ? [] : [erased])]
    const listed = (await Promise.all(lists.map(readErasedList))).flat()
    const book = await readBook(desk)
    if (!yes) {
      return {
        text: `备份完好：${shanghaiText(manifest.madeAtMs)} 的数据。停掉所有服务以后，加上 --yes 恢复。`,
        data: { ...manifest, restored: false },
        changed: [],
      }
    }
    const nowMs = desk.clock.now()
    const before = await putBack(databaseUrl, join(folder, databaseFileOf(manifest.dialect)), nowMs)
    const { erased: again } = await eraseListed(desk, listed)
    const { clock } = desk
    const told = { book, clock, timeline: createTimeline({ clock }), alerts: createAlerts({ clock }) }
    const held = await (await desk.db()).tx((tx) => holdBack(tx, told, nowMs))
    return {
      text: [
        `恢复了 ${shanghaiText(manifest.madeAtMs)} 的数据。`,
        before === undefined ? '' : `原来的数据库文件留在 ${before}，确认没有问题以后删掉。`,
        `删除名单里回来的 ${again} 位已再次删除。`,
        ...heldLines(held),
        '现在可以启动服务，然后运行 npm run -s reconcile。',
      ]
        .filter((line) => line !== '')
        .join('\n'),
      data: { ...manifest, restored: true, before: before ?? null, erasedAgain: again, held },
      changed: [
        { of: folder, before: { file: before ?? null }, after: { madeAtMs: manifest.madeAtMs, erasedAgain: again } },
      ],
    }
  },
})

/** Gives where the former database is, if it is kept. */
async function putBack(databaseUrl: string, dump: string, nowMs: number): Promise<string | undefined> {
  if (dialectOf(databaseUrl) === 'sqlite') {
    const before = await loadSqliteFile(databaseUrl, dump, nowMs)
    await migrateOnly(databaseUrl)
    return before
  }
  const db = createDb(databaseUrl, migrations)
  try {
    await db.connect()
    await loadMysqlDump(db, databaseUrl, dump)
  } finally {
    await db.close()
  }
  await migrateOnly(databaseUrl)
  return undefined
}

async function migrateOnly(databaseUrl: string): Promise<void> {
  const db = createDb(databaseUrl, migrations)
  try {
    await db.migrate()
  } finally {
    await db.close()
  }
}

function heldLines({ actions, sends, moments, journeys, grants }: HeldBack): string[] {
  const parts = [
    ...actions.map(({ kind, actions: n }) => `${actionKindText(kind)} ${n} 个`),
    ...(sends.times > 0 ? [`定时群发 ${sends.times} 次`] : []),
    ...(moments > 0 ? [`朋友圈 ${moments} 条`] : []),
    ...(grants > 0 ? [`发券、发积分 ${grants} 份（npm run -s shops -- grants 看是哪些）`] : []),
    ...(sends.tasks > 0 ? [`还没建的群发任务 ${sends.tasks} 个`] : []),
    ...(journeys.left > 0 ? [`旅程里到期的 ${journeys.left} 位（已离开旅程）`] : []),
    ...(journeys.messages > 0 ? [`旅程里等着发的消息 ${journeys.messages} 条`] : []),
    ...(journeys.looks > 0 ? [`名单和人群 ${journeys.looks} 个（这次不放人进来）`] : []),
  ]
  return parts.length === 0 ? [] : [`备份以后可能已经做过，没有再做：${parts.join('、')}。`]
}

export const backupProgram: Program = {
  name: 'backup',
  says: '备份和恢复。备份文件夹可以整个拷走；里面有客户的资料，和数据库一样要保管好。',
  commands: [make, restore],
}
