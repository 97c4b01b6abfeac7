import { join } from 'node:path'
import { VOCABULARY } from '../../capabilities/vocabulary.ts'
import { durationMs } from '../../core/kernel/duration-ms.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { RuleBook, Sop } from '../../rules/book/rule-book.ts'
import { storedSop } from '../../rules/versions/rule-version-store.ts'
import { readSomeSettings } from '../../settings.ts'
import { readKeepDays } from '../../upkeep/people/keep-days.ts'
import { copyForRehearsal } from '../../upkeep/rehearsal/copy-for-rehearsal.ts'
import { rehearseBacktest } from '../../upkeep/rehearsal/rehearse-backtest.ts'
import { sopInBook, sopSlot } from '../find/find-sop.ts'
import { readBook, ruleFolder } from '../find/read-book.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { defineCommand } from '../frame/command.ts'
import { many, or, text } from '../frame/slot.ts'
import { backtestJson } from './backtest-json.ts'
import { backtestText } from './backtest-text.ts'
import { readPast } from './read-past.ts'

export const backtestCommand = defineCommand({
  name: 'backtest',
  audited: 'look',
  scope: 'customers',
  says: '回测：把过去的事件按当时的时间再走一遍，旧版本和新版本（默认现行的和文件里的）各会怎么做；只读',
  words: { sop: sopSlot },
  options: {
    since: or('30d', text('多久', '往回多久，例如 30d 或 12h')),
    version: many(text('版本', '写两次：先旧后新')),
  },
  run: async ({ sop: called, since, version: asked }, desk) => {
    if (!/^[1-9]\d{0,3}[hd]$/.test(since)) throw cliFault('wrong-use', '--since 要写成 30d 或 12h 这样。')
    if (asked.length > 2) throw cliFault('wrong-use', '--version 最多写两次：先旧后新。')
    const folder = ruleFolder(desk)
    const book = await readBook(desk, folder)
    const name = sopInBook(book, called)
    const written = book.sops.get(name)
    if (written === undefined) throw new Error(`the book has no ${name}`)

    const toMs = desk.clock.now()
    const fromMs = toMs - durationMs(since)
    const { callback } = readKeepDays(desk.env)
    if (fromMs < toMs - callback * DAY_MS) {
      throw cliFault('no', `事件的内容只保存 ${callback} 天（KEEP_CALLBACK_DAYS），--since 最多写 ${callback}d。`)
    }
    const db = await desk.db()
    const { cast, scratches, inForce } = await copyForRehearsal(db, 2)
    try {
      const events = await readPast(db, desk.screen, { fromMs, toMs, drawn: cast.drawn })
      const versionOf = async (version: string | undefined, otherwise: Sop | undefined): Promise<Sop | undefined> =>
        version === undefined || version === otherwise?.version
          ? otherwise
          : scratches[0]?.tx((tx) => storedSop(tx, name, version, { file: written.file, facts: VOCABULARY.facts }))
      const older = await versionOf(asked[0], inForce?.sops.get(name))
      const newer = await versionOf(asked[1], written)
      if (older === undefined)
        throw cliFault('no', `没有可以对比的旧版本${asked[0] === undefined ? '' : `「${asked[0]}」`}。`)
      if (newer === undefined)
        throw cliFault('no', `没有版本「${asked[1]}」，用 npm run -s sop -- versions ${name} 查。`)
      const { MASS_SEND_PER_CUSTOMER: perCustomerPerMonth } = readSomeSettings(desk.env, ['MASS_SEND_PER_CUSTOMER'])
      const play = async ({ canary: _canary, ...sop }: Sop, nth: number) => {
        const scratch = scratches[nth]
        if (scratch === undefined) throw new Error('no scratch database')
        // Everything else is alike, so that what differs comes from this journey.
        const only: RuleBook = { ...book, sops: new Map([...book.sops, [name, sop]]) }
        const assetsDir = join(folder, 'assets')
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
      return { text: backtestText(report), data: backtestJson(report) }
    } finally {
      for (const scratch of scratches) await scratch.close()
    }
  },
})
