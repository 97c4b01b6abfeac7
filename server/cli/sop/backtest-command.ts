import { join } from 'node:path'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { durationMs } from '../../operations/sop/model/wait-due.ts'
import type { RuleBook, Sop } from '../../rules/book/rule-book.ts'
import { loadRules } from '../../rules/load-rules.ts'
import { storedSop } from '../../rules/versions/rule-version-store.ts'
import { readSomeSettings } from '../../settings.ts'
import { copyForRehearsal } from '../../upkeep/rehearsal/copy-for-rehearsal.ts'
import { recordedEvents } from '../../upkeep/rehearsal/recorded-events.ts'
import { rehearseBacktest } from '../../upkeep/rehearsal/rehearse-backtest.ts'
import type { Outcome } from '../outcome.ts'
import { backtestText } from './backtest-text.ts'
import { readWords, wrongUse } from './read-words.ts'
import type { SopCommand } from './sop-command.ts'

const failed = (err: string): Outcome => ({ code: 1, out: '', err })

export const backtestCommand: SopCommand = {
  usage: 'backtest <SOP> [--since 30d] [--version 旧 --version 新]',
  says: '回测：把过去的事件按当时的时间再走一遍，旧版本和新版本（默认现行的和文件里的）各会怎么做；只读',
  run: async (words, deps) => {
    const { given, values } = readWords(words, {
      options: { since: { type: 'string' }, version: { type: 'string', multiple: true } },
      names: ['SOP 的编号'],
      least: 1,
    })
    const [name = ''] = given
    const since = values.since ?? '30d'
    if (!/^[1-9]\d{0,3}[hd]$/.test(since)) throw wrongUse('--since 要写成 30d 或 12h 这样。')
    const asked = values.version ?? []
    if (asked.length > 2) throw wrongUse('--version 最多写两次：先旧后新。')
    const { book, faults } = await loadRules(deps.folder, VOCABULARY)
    if (book === undefined)
      return failed(`规则有 ${faults.length} 处错误，先运行 npm run -s sop -- check ${deps.folder}`)
    const written = book.sops.get(name)
    if (written === undefined) return failed(`没有编号是「${name}」的 SOP。有：${[...book.sops.keys()].join('、')}`)

    const toMs = deps.clock.now()
    const fromMs = toMs - durationMs(since)
    const db = deps.db()
    const { cast, scratches, inForce } = await copyForRehearsal(db, 2)
    try {
      const events = await db.view((view) => recordedEvents(view, fromMs, cast.drawn))
      const versionOf = async (version: string | undefined, otherwise: Sop | undefined): Promise<Sop | undefined> =>
        version === undefined || version === otherwise?.version
          ? otherwise
          : scratches[0]?.tx((tx) => storedSop(tx, name, version, { file: written.file, facts: VOCABULARY.facts }))
      const older = await versionOf(asked[0], inForce?.sops.get(name))
      const newer = await versionOf(asked[1], written)
      if (older === undefined) return failed(`没有可以对比的旧版本${asked[0] === undefined ? '' : `「${asked[0]}」`}。`)
      if (newer === undefined) return failed(`没有版本「${asked[1]}」，用 npm run -s sop -- versions ${name} 查。`)
      const { MASS_SEND_PER_CUSTOMER: perCustomerPerMonth } = readSomeSettings(process.env, ['MASS_SEND_PER_CUSTOMER'])
      const play = async ({ canary: _canary, ...sop }: Sop, nth: number) => {
        const scratch = scratches[nth]
        if (scratch === undefined) throw new Error('no scratch database')
        // Everything else is alike, so that what differs comes from this journey.
        const only: RuleBook = { ...book, sops: new Map([...book.sops, [name, sop]]) }
        const assetsDir = join(deps.folder, 'assets')
        const done = await rehearseBacktest({
          scratch,
          book: only,
          assetsDir,
          perCustomerPerMonth,
          fromMs,
          toMs,
          events,
        })
        const entries = done.entries.filter((entry) => entry.sop === name)
        const steps = done.steps.filter((step) => step.sop === name)
        return { sop, entries, steps, verdicts: done.verdicts.filter((verdict) => verdict.sop === name) }
      }
      const report = {
        fromMs,
        toMs,
        events: events.replayed.length,
        cast,
        older: await play(older, 0),
        newer: await play(newer, 1),
      }
      return { code: 0, out: backtestText(report), err: '' }
    } finally {
      for (const scratch of scratches) await scratch.close()
    }
  },
}
