import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { shanghaiText } from '../../core/kernel/shanghai.ts'
import { diffVersions } from '../../operations/sop/release/diff-versions.ts'
import { type VersionPeople, versionQueries } from '../../operations/sop/release/version-queries.ts'
import { releaseStore } from '../../rules/release/release-store.ts'
import type { SopRule } from '../../rules/schema/sop-rule.ts'
import { sopVersionsOf } from '../../rules/versions/rule-version-store.ts'
import { contentOf, releaseOf } from './known-sop.ts'
import { readWords } from './read-words.ts'
import { releaseLine, standingText } from './release-text.ts'
import type { SopCommand } from './sop-command.ts'

export const versionsCommand: SopCommand = {
  usage: 'versions <SOP>',
  says: '每个版本什么时候、谁改的、多少人在里面，和上一版差在哪；以及发布记录',
  run: async (words, { db }) => {
    const [sop = ''] = readWords(words, { options: {}, names: ['SOP 的编号'], least: 1 }).given
    return db().tx(async (tx) => {
      const standing = await releaseOf(tx, sop)
      const releases = await releaseStore.ofSop(tx, sop)
      const people = await versionQueries.peopleOf(tx, sop)
      const versions = await sopVersionsOf(tx, sop)
      const contents: SopRule[] = []
      for (const { version } of versions) contents.push(await contentOf(tx, sop, version))
      const blocks = versions.map(({ version, firstSeenMs }, index) => {
        const first = releases.find((release) => release.version === version)
        const [before, now] = [contents[index - 1], contents[index]]
        const changes = before === undefined || now === undefined ? [] : diffVersions(before, now, VOCABULARY)
        const by = first?.by === undefined ? '' : `  ${first.by}`
        return [
          `${version}  ${shanghaiText(firstSeenMs)}${by}  ${peopleText(people.get(version))}`,
          ...changes.map((line) => `    ${line}`),
        ].join('\n')
      })
      const log = releases.map((release) => `  ${releaseLine(release)}`)
      return { code: 0, out: [standingText(standing), '', ...blocks, '', '发布记录：', ...log].join('\n'), err: '' }
    })
  },
}

function peopleText(people: VersionPeople | undefined): string {
  if (people === undefined) return '没有人进过'
  const { inside, goal, finished, left, watched, canary } = people
  const parts = [`里面 ${inside} 人`, `达成 ${goal}`, `走完 ${finished}`, `离开 ${left}`]
  if (watched > 0) parts.push(`对照组 ${watched}`)
  if (canary > 0) parts.push(`其中灰度进来 ${canary}`)
  return parts.join('，')
}
