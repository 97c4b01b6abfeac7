import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { editorSchemas } from '../../rules/files/editor-schemas.ts'
import { readWords } from './read-words.ts'
import type { SopCommand } from './sop-command.ts'

export const schemaCommand: SopCommand = {
  usage: 'schema [文件夹]',
  says: '把编辑器用的 JSON Schema 写到 <文件夹>/.schema/',
  run: async (words) => {
    const [folder = 'config'] = readWords(words, { options: {}, names: ['一个文件夹'], least: 0 }).given
    const place = join(folder, '.schema')
    try {
      mkdirSync(place, { recursive: true })
      for (const [name, text] of editorSchemas(VOCABULARY)) writeFileSync(join(place, name), text)
    } catch (error) {
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown'
      return { code: 1, out: '', err: `写不进 ${place}（${code}）：检查文件夹是否存在、有没有写权限。` }
    }
    return { code: 0, out: `已写好 ${editorSchemas(VOCABULARY).size} 个 JSON Schema，在 ${place}/`, err: '' }
  },
}
