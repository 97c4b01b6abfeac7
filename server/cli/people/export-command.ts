import { chmod, mkdir, writeFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { exportPerson } from '../../upkeep/people/export-person.ts'
import { personNames } from '../../upkeep/people/person-names.ts'
import { customerSlot, findCustomer } from '../find/find-customer.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { defineCommand } from '../frame/command.ts'
import { csvText } from '../frame/csv-text.ts'
import { text } from '../frame/slot.ts'
import { exportPage, exportText } from './people-text.ts'

export const exportCommand = defineCommand({
  name: 'export',
  audited: 'look',
  scope: 'owner',
  says: '导出一位客户的全部个人信息到一个新文件夹：一页说明，每张表一个 CSV，一个 JSON',
  more: '文件只有运行命令的账号能读。交给本人以后请删掉。',
  words: { customer: customerSlot, folder: text('文件夹', '还不存在的文件夹') },
  run: async ({ customer, folder: written }, desk) => {
    const db = await desk.db()
    const { externalUserId, name } = await db.view((view) => findCustomer(view, customer))
    const found = await exportPerson(db, await db.view((view) => personNames(view, externalUserId)))
    const folder = resolve(written)
    await makeFolder(folder)
    const put = (file: string, content: string): Promise<void> =>
      writeFile(join(folder, file), content, { mode: 0o600, flag: 'wx' })
    for (const { table, columns, rows } of found) {
      const header = columns.map((column) => column.name)
      await put(`${table}.csv`, csvText(header, rows))
    }
    const data = Object.fromEntries(
      found.map(({ table, purpose, columns, rows }) => [
        table,
        { purpose, rows: rows.map((row) => Object.fromEntries(columns.map((column, at) => [column.name, row[at]]))) },
      ]),
    )
    await put('个人信息.json', `${JSON.stringify(data, null, 2)}\n`)
    await put('说明.txt', `\uFEFF${exportPage(found, desk.clock.now())}`)
    const counts = found.map(({ table, rows }) => ({ table, rows: rows.length }))
    return { text: exportText(name, folder, found), data: { folder, tables: counts } }
  },
})

async function makeFolder(folder: string): Promise<void> {
  try {
    await mkdir(folder, { mode: 0o700 })
    await chmod(folder, 0o700)
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    if (code === 'EEXIST') throw cliFault('no', `${folder} 已经存在：写一个还不存在的文件夹。`)
    if (code === 'ENOENT') throw cliFault('no', `${folder} 的上一级文件夹不存在。`)
    throw error
  }
}
