import type { Db } from '../../core/db/db.ts'
import type { Clock } from '../../core/kernel/clock.ts'
import { DAY_MS } from '../../core/kernel/shanghai.ts'
import type { GoneRule } from '../../rules/checks/gone.ts'
import type { Alerts } from './alerts.ts'

const KEY = 'rules.gone'
const MOST_NAMED = 5
/** Whoever deleted them on purpose need not say so. */
const LAPSES_MS = DAY_MS

/** Rules that the files no longer have: half a deployment and a slip of the mouse switch them off without a fault. Told once;
 *  over when they are back, or after a day. */
export function createGoneRules({ db, clock, alerts }: { db: Pick<Db, 'tx'>; clock: Clock; alerts: Alerts }) {
  /** With when they went. What a process before this one has told of lapses. */
  const missing = new Map<string, GoneRule & { atMs: number }>()

  return async (gone: readonly GoneRule[], present: ReadonlySet<string>): Promise<void> => {
    const now = clock.now()
    const before = missing.size
    for (const [key, { atMs }] of missing) if (present.has(key) || now - atMs >= LAPSES_MS) missing.delete(key)
    for (const one of gone) missing.set(one.key, { ...one, atMs: now })
    if (before === 0 && missing.size === 0) return
    const all = [...missing.values()]
    await db.tx(async (tx) => {
      if (all.length === 0) {
        await alerts.resolve(tx, KEY)
        return
      }
      const named = all.slice(0, MOST_NAMED).map(({ zh, file }) => `${zh}（${file}）`)
      const more = all.length > MOST_NAMED ? `……共 ${all.length} 条` : ''
      await alerts.raise(tx, {
        key: KEY,
        text: `规则文件里少了 ${all.length} 条正在用的规则，已经不再生效：${named.join('、')}${more}`,
        todo: '误删或没有部署完的话，把文件放回去；真的不要了，不用管，一天后自己消失',
        lapseAtMs: now + LAPSES_MS,
        isNewsWhenChanged: true,
      })
    })
  }
}
