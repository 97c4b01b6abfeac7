import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { editorSchemas } from '../../rules/files/editor-schemas.ts'
import { loadRules } from '../../rules/load-rules.ts'
import { ruleFolder } from '../find/read-book.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { defineCommand } from '../frame/command.ts'
import { folderSlot } from './check-command.ts'

export const schemaCommand = defineCommand({
  name: 'schema',
  audited: 'no',
  scope: 'open',
  says: '把编辑器用的 JSON Schema 写到 <文件夹>/.schema/，里面有现有的标签、群池、话术等名字可选',
  words: { folder: folderSlot },
  run: async ({ folder }, desk) => {
    const rules = folder ?? ruleFolder(desk)
    const place = join(rules, '.schema')
    const { names, fields } = await loadRules(rules, VOCABULARY)
    const schemas = editorSchemas(VOCABULARY, names, fields)
    try {
      mkdirSync(place, { recursive: true })
      for (const [name, text] of schemas) writeFileSync(join(place, name), text)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      throw cliFault('no', `写不进 ${place}（${code}）：检查文件夹是否存在、有没有写权限。`)
    }
    return { text: `已写好 ${schemas.size} 个 JSON Schema，在 ${place}/`, data: { place, files: [...schemas.keys()] } }
  },
})
