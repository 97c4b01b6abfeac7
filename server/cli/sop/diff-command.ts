import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { diffVersions } from '../../operations/sop/release/diff-versions.ts'
import { sopVersionsOf } from '../../rules/versions/rule-version-store.ts'
import { contentOf, releaseOf, versionNamed } from './known-sop.ts'
import { readWords } from './read-words.ts'
import type { SopCommand } from './sop-command.ts'

export const diffCommand: SopCommand = {
  usage: 'diff <SOP> [旧版本] [新版本]',
  says: '两个版本一步一步地比；不写就是最后两版，只写一个就是它和文件里的',
  run: async (words, { db }) => {
    const { given } = readWords(words, { options: {}, names: ['SOP 的编号', '旧版本', '新版本'], least: 1 })
    const [sop = '', writtenOld, writtenNew] = given
    return db().tx(async (tx) => {
      const { fileVersion } = await releaseOf(tx, sop)
      const all = (await sopVersionsOf(tx, sop)).map(({ version }) => version)
      const now = writtenNew === undefined ? fileVersion : await versionNamed(tx, sop, writtenNew)
      const before =
        writtenOld === undefined
          ? all.filter((version) => version !== now).at(-1)
          : await versionNamed(tx, sop, writtenOld)
      if (before === undefined) return { code: 0, out: `「${sop}」只有一个版本：${now}`, err: '' }
      const lines = diffVersions(await contentOf(tx, sop, before), await contentOf(tx, sop, now), VOCABULARY)
      const head = `${before} → ${now}`
      return { code: 0, out: [head, ...(lines.length === 0 ? ['没有不同'] : lines)].join('\n'), err: '' }
    })
  },
}
