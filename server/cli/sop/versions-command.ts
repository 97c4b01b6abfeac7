import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { diffVersions } from '../../operations/sop/release/diff-versions.ts'
import { type VersionPeople, versionQueries } from '../../operations/sop/release/version-queries.ts'
import { releaseStore } from '../../rules/release/release-store.ts'
import type { SopRule } from '../../rules/schema/sop-rule.ts'
import { sopVersionsOf } from '../../rules/versions/rule-version-store.ts'
import { sopSlot } from '../find/find-sop.ts'
import { defineCommand } from '../frame/command.ts'
import { contentOf, onSop, releaseOf } from './known-sop.ts'
import { releaseLine, standingText } from './release-text.ts'

export const versionsCommand = defineCommand({
  name: 'versions',
  audited: 'no',
  scope: 'open',
  says: '每个版本什么时候、谁改的、多少人在里面，和上一版差在哪；以及发布记录',
  lists: true,
  words: { sop: sopSlot },
  run: async ({ sop: written }, desk) =>
    onSop(desk, written, async (tx, sop) => {
      const standing = await releaseOf(tx, sop)
      const releases = await releaseStore.ofSop(tx, sop)
      const people = await versionQueries.peopleOf(tx, sop)
      const versions = await sopVersionsOf(tx, sop)
      const contents: SopRule[] = []
      for (const { version } of versions) contents.push(await contentOf(tx, sop, version))
      const rows = versions.map(({ version, firstSeenMs }, index) => {
        const [before, now] = [contents[index - 1], contents[index]]
        const changes = before === undefined || now === undefined ? [] : diffVersions(before, now, VOCABULARY)
        const by = releases.find((release) => release.version === version)?.by
        return { version, firstSeenMs, by, people: people.get(version), changes }
      })
      const blocks = rows.map(({ version, firstSeenMs, by, people: inside, changes }) =>
        [
          `${version}  ${shanghaiText(firstSeenMs)}${by === undefined ? '' : `  ${by}`}  ${peopleText(inside)}`,
          ...changes.map((line) => `    ${line}`),
        ].join('\n'),
      )
      const log = releases.map((release) => `  ${releaseLine(release)}`)
      return {
        text: [standingText(standing), '', ...blocks, '', '发布记录：', ...log].join('\n'),
        data: { sop, standing, versions: rows, releases },
        sheet: {
          header: ['版本', '什么时候', '谁', '人', '和上一版差在哪'],
          rows: rows.map((row) => [
            row.version,
            shanghaiText(row.firstSeenMs),
            row.by ?? null,
            peopleText(row.people),
            row.changes.join('\n'),
          ]),
        },
      }
    }),
})

function peopleText(people: VersionPeople | undefined): string {
  if (people === undefined) return '没有人进过'
  const { inside, goal, finished, left, watched, canary } = people
  const parts = [`里面 ${inside} 人`, `达成 ${goal}`, `走完 ${finished}`, `离开 ${left}`]
  if (watched > 0) parts.push(`对照组 ${watched}`)
  if (canary > 0) parts.push(`其中灰度进来 ${canary}`)
  return parts.join('，')
}
