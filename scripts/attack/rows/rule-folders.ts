import { execFileSync } from 'node:child_process'
import { existsSync, mkdirSync, rmSync, symlinkSync, truncateSync, utimesSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { until } from '../../../bench/waiting.ts'
import type { Target } from '../open-target.ts'
import { createScore, type Row } from '../row.ts'

const names = (count: number): string => Array.from({ length: count }, (_one, n) => `k${n}: 1`).join('\n')
const scripts = (count: number): string =>
  ['domain: 问候', 'situations:', '  - situation: 问候', '    scripts:']
    .concat(
      Array.from(
        { length: count },
        (_one, n) => `      - { id: s-${n}, title: 话术, aim: 问候, expect: 好, text: "您好，今天想看点什么？" }`,
      ),
    )
    .join('\n')

/** Each in a folder with good rules; the rules in force must stay, and nobody may wait. */
function hostile(target: Target, marker: string): [string, () => void][] {
  const put = (path: string, content: string): void => {
    const file = join(target.configDir, path)
    mkdirSync(dirname(file), { recursive: true })
    writeFileSync(file, content)
  }
  return [
    ['80,000 unknown names', () => put('sop/b.yaml', names(80_000))],
    [
      'names that clash in 9 MB',
      () => {
        for (let n = 0; n < 15; n++) put(`scripts/x${n}.yaml`, scripts(7_000))
      },
    ],
    [
      '24 MB',
      () => {
        for (let n = 0; n < 40; n++) put(`sop/x${n}.yaml`, names(50_000))
      },
    ],
    [
      'a file of one gigabyte',
      () => {
        put('sop/giant.yaml', '')
        truncateSync(join(target.configDir, 'sop/giant.yaml'), 1_000_000_000)
      },
    ],
    [
      'a repository with a command',
      () => {
        put('sop/HEAD', 'ref: refs/heads/main\n')
        put('sop/config', `[core]\n\tbare = false\n\tworktree = .\n\tfsmonitor = "sh -c 'touch ${marker}'"\n`)
        put('sop/objects/.keep', '')
        put('sop/refs/.keep', '')
      },
    ],
    ['a link to /etc/passwd', () => symlinkSync('/etc/passwd', join(target.configDir, 'sop/x.yaml'))],
    ['a link to /', () => symlinkSync('/', join(target.configDir, 'sop/root'))],
    ['a link in a circle', () => symlinkSync('.', join(target.configDir, 'sop/loop'))],
    ['a device', () => symlinkSync('/dev/zero', join(target.configDir, 'sop/zero.yaml'))],
    ['a pipe', () => void execFileSync('mkfifo', [join(target.configDir, 'sop/pipe.yaml')])],
    ['a hundred thousand brackets', () => put('sop/deep.yaml', '['.repeat(100_000))],
    [
      'a bomb of aliases',
      () =>
        put(
          'sop/bomb.yaml',
          `a: &a [x]\n${Array.from({ length: 30 }, (_one, n) => `b${n}: &b${n} [*a, *a, *a]`).join('\n')}`,
        ),
    ],
    ['a million blanks', () => put('sop/blank.yaml', `a:${' '.repeat(900_000)}b`)],
    ['a million quotes', () => put('sop/quotes.yaml', `a: ${'"x" '.repeat(200_000)}`)],
    ['invisible letters', () => put('sop/zero-width.yaml', '\u200b'.repeat(300_000))],
    ['no letters at all', () => put('sop/binary.yaml', '\xff\xfe\0\0')],
  ]
}

/** A slow answer of the server would be one in which its event loop stood still. */
async function slowestAnswerDuring(
  target: Target,
  isOver: () => Promise<boolean>,
): Promise<{ slowestMs: number; tookMs: number }> {
  let slowestMs = 0
  const startedAt = performance.now()
  for (let n = 0; performance.now() - startedAt < 120_000; n++) {
    const askedAt = performance.now()
    await target.ask('/healthz')
    slowestMs = Math.max(slowestMs, performance.now() - askedAt)
    if (n % 20 === 19 && (await isOver())) break
    await pause(5)
  }
  return { slowestMs, tookMs: performance.now() - startedAt }
}

/** Generous: this process and the server share their cores with whatever else runs. */
const STALL_MS = 500

export const ruleFolders: Row = {
  name: 'rule folders',
  says: 'hostile rule folders under a running server',
  run: async (target, extent) => {
    const score = createScore()
    const figures: string[] = []
    const marker = join(target.configDir, '.ran')
    const inForce = () => target.count("alert WHERE alert_key = 'rules.faults' AND resolved_at IS NULL")
    const all = hostile(target, marker)
    const chosen = extent === 'short' ? all.filter(([what]) => /80,000|repository|passwd/.test(what)) : all
    for (const [what, make] of chosen) {
      make()
      const { slowestMs, tookMs } = await slowestAnswerDuring(target, async () => (await inForce()) > 0)
      score.note(`${what}: nobody is told`, (await inForce()) > 0)
      score.note(`${what}: somebody waited ${slowestMs.toFixed(0)} ms`, slowestMs < STALL_MS)
      score.note(`${what}: a program ran`, !existsSync(marker))
      figures.push(
        `${what}: told after ${(tookMs / 1_000).toFixed(1)} s, others waited ${slowestMs.toFixed(0)} ms at most`,
      )
      restore(target)
      await until('the good rules are back', 120_000, async () => (await inForce()) === 0)
    }
    const shown = target.logLines.join('\n')
    score.note('a log line shows what lies outside', !/root:.*:0:0:/.test(shown))
    return score.outcome(figures)
  },
}

function restore({ configDir, writeGoodRules }: Target): void {
  rmSync(join(configDir, 'sop'), { recursive: true })
  rmSync(join(configDir, 'scripts'), { recursive: true })
  writeGoodRules()
  utimesSync(join(configDir, 'sop/首单.yaml'), new Date(), new Date())
}
