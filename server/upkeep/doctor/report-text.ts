import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Report } from './examine.ts'
import type { Finding, FindingState } from './finding.ts'

const MARKS: Record<FindingState, string> = { ok: '✓', warn: '!', fail: '✗', unknown: '?' }

/** For a terminal: grouped lines, then the summary. */
export function reportText(report: Report): string {
  const groups = report.groups.map(({ group, findings }) => [group, ...merged(findings).map(findingText)].join('\n'))
  return [
    ...groups,
    `${shanghaiText(report.atMs)} 检查完，用了 ${(report.ms / 1_000).toFixed(1)} 秒。${summary(report)}`,
  ].join('\n\n')
}

/** What cannot be looked at for one and the same reason is said once. */
export function merged(findings: readonly Finding[]): Finding[] {
  const shown: Finding[] = []
  for (const finding of findings) {
    const same = shown.findIndex(
      ({ state, why }) => state === 'unknown' && finding.state === 'unknown' && why === finding.why,
    )
    const before = shown[same]
    if (before === undefined) shown.push(finding)
    else shown[same] = { ...before, what: `${before.what}、${finding.what}` }
  }
  return shown
}

function findingText({ state, what, why, next }: Finding): string {
  const line = `  ${MARKS[state]} ${what}：${why}`
  return next === undefined ? line : `${line}\n    → ${next}`
}

export function countOf(report: Report, state: FindingState): number {
  return report.groups.reduce((sum, { findings }) => sum + findings.filter((one) => one.state === state).length, 0)
}

/** One sentence: how it stands, and where to begin. */
function summary(report: Report): string {
  const [fails, warns, unknowns] = [countOf(report, 'fail'), countOf(report, 'warn'), countOf(report, 'unknown')]
  if (fails + warns + unknowns === 0) return '一切正常。'
  const parts = [
    ...(fails > 0 ? [`${fails} 处要修`] : []),
    ...(warns > 0 ? [`${warns} 处要留意`] : []),
    ...(unknowns > 0 ? [`${unknowns} 处无法检查`] : []),
  ]
  const first = report.groups.flatMap(({ findings }) => findings).find(({ state }) => state === 'fail')
  return `${parts.join('，')}。${first === undefined ? '' : `先做这一步：${first.next}。`}`
}
