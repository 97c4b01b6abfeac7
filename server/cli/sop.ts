import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { editorSchemas } from '../rules/editor-schemas.ts'
import { loadRules } from '../rules/load-rules.ts'
import type { RuleBook } from '../rules/rule-book.ts'
import { formatFault } from '../rules/rule-fault.ts'
import { type Outcome, printOutcome } from './outcome.ts'

const USAGE = `用法：npm run -s sop -- <命令>

  check [文件夹]    检查规则文件（默认 config）；有错误时逐条列出 文件:行:列
  schema [文件夹]   把编辑器用的 JSON Schema 写到 <文件夹>/.schema/

退出码：0 没问题，1 有错误，2 用法不对`

const good = (out: string): Outcome => ({ code: 0, out, err: '' })
const wrongUse = (message: string): Outcome => ({ code: 2, out: '', err: `${message}\n\n${USAGE}` })

/** `words`: the command line after the program's name. */
export async function runSop(words: readonly string[]): Promise<Outcome> {
  const [command, ...rest] = words
  const strange = rest.find((word) => word.startsWith('-'))
  if (command === undefined) return wrongUse('没有写命令。')
  if (command === 'help' || command === '--help' || command === '-h') return good(USAGE)
  if (strange !== undefined) return wrongUse(`不认识 ${strange}。`)
  if (rest.length > 1) return wrongUse(`只能写一个文件夹，多了 ${rest[1]}。`)
  const folder = rest[0] ?? 'config'
  if (command === 'check') return checkRules(folder)
  if (command === 'schema') return writeSchemas(folder)
  return wrongUse(`没有「${command}」这个命令。`)
}

async function checkRules(folder: string): Promise<Outcome> {
  const { book, faults } = await loadRules(folder)
  if (book !== undefined) return good(`规则没有问题：${summary(book)}。版本 ${book.version}`)
  const lines = faults.map((fault) => formatFault(fault, folder))
  return { code: 1, out: lines.join('\n'), err: `共 ${faults.length} 处要改。` }
}

function summary(book: RuleBook): string {
  const tags = book.tags.reduce((total, group) => total + group.names.length, 0)
  return [
    `渠道 ${book.channels.size} 个`,
    `欢迎语 ${book.welcomes.size} 条`,
    `标签 ${tags} 个`,
    `群池 ${book.pools.size} 个`,
    `话术 ${book.scripts.size} 条`,
    `SOP ${book.sops.size} 个`,
    `定时群发 ${book.sends.size} 个`,
  ].join('，')
}

function writeSchemas(folder: string): Outcome {
  const place = join(folder, '.schema')
  try {
    mkdirSync(place, { recursive: true })
    for (const [name, text] of editorSchemas()) writeFileSync(join(place, name), text)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
    return { code: 1, out: '', err: `写不进 ${place}（${code}）：检查文件夹是否存在、有没有写权限。` }
  }
  return good(`已写好 ${editorSchemas().size} 个 JSON Schema，在 ${place}/`)
}

if (process.argv[1] !== undefined && import.meta.filename === process.argv[1]) {
  printOutcome(await runSop(process.argv.slice(2)))
}
