import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { diffVersions } from '../../operations/sop/release/diff-versions.ts'
import { sopVersionsOf } from '../../rules/versions/rule-version-store.ts'
import { sopSlot } from '../find/find-sop.ts'
import { defineCommand } from '../frame/command.ts'
import { optional, text } from '../frame/slot.ts'
import { contentOf, onSop, releaseOf, versionNamed } from './known-sop.ts'

export const diffCommand = defineCommand({
  name: 'diff',
  audited: 'no',
  scope: 'open',
  says: '两个版本一步一步地比；不写就是最后两版，只写一个就是它和文件里的',
  words: {
    sop: sopSlot,
    old: optional(text('旧版本', '版本的前几位')),
    new: optional(text('新版本', '版本的前几位')),
  },
  run: ({ sop: written, old, new: newer }, desk) =>
    onSop(desk, written, async (tx, sop) => {
      const { fileVersion } = await releaseOf(tx, sop)
      const all = (await sopVersionsOf(tx, sop)).map(({ version }) => version)
      const now = newer === undefined ? fileVersion : await versionNamed(tx, sop, newer)
      const before =
        old === undefined ? all.filter((version) => version !== now).at(-1) : await versionNamed(tx, sop, old)
      if (before === undefined) return { text: `「${sop}」只有一个版本：${now}`, data: { sop, now, changes: [] } }
      const changes = diffVersions(await contentOf(tx, sop, before), await contentOf(tx, sop, now), VOCABULARY)
      const lines = changes.length === 0 ? ['没有不同'] : changes
      return { text: [`${before} → ${now}`, ...lines].join('\n'), data: { sop, before, now, changes } }
    }),
})
