import type { Db } from '../../core/db/db.ts'
import type { Tx } from '../../core/db/tx.ts'
import { AppError } from '../../core/kernel/app-error.ts'
import { PUT_BACK, type Trouble } from '../../engine/actions/trouble.ts'
import type { Alerts } from '../../records/alerts/alerts.ts'

interface Way {
  /** Of its alert. */
  key: string
  name: string
  todo: string
}

export const ROBOT: Way = {
  key: 'alerts.way:robot',
  name: '群机器人（ALERT_WEBHOOK）',
  todo: '检查地址、机器人还在不在群里、它的关键词和 IP 白名单；修好后运行 npm run -s actions -- retry alert.post 补发',
}
export const MAIL: Way = {
  key: 'alerts.way:mail',
  name: '邮件（ALERT_SMTP）',
  todo: '检查邮箱的地址、账号密码、收件人；修好后运行 npm run -s actions -- retry alert.mail 补发',
}

/** Two tries may fall into one restart of the other side. */
const FAILS_AFTER = 3

/** A way by which alerts are told does not work: an alert itself, told by the other ways; closed by the next that goes out. */
export function createWayAlerts({ db, alerts }: { db: Pick<Db, 'tx'>; alerts: Alerts }, { key, name, todo }: Way) {
  const fails = async (tx: Tx, why: string): Promise<void> => {
    await alerts.raise(tx, { key, text: `告警发不出去：${name}不通（${why}）`, todo })
  }
  return {
    /** One came to nothing. What a restored backup left undone says nothing of the way. */
    ended: async (tx: Tx, { code, message }: Trouble): Promise<void> => {
      if (code !== PUT_BACK) await fails(tx, message)
    },
    works: async (tx: Tx): Promise<void> => {
      for (const open of await alerts.queries.openAmong(tx, [key])) await alerts.resolve(tx, open)
    },
    /** Carries it out; who waits for hours between tries is not to learn of it after the last. */
    watched: async (attempts: number, send: () => Promise<void>): Promise<void> => {
      try {
        await send()
      } catch (error) {
        const why = error instanceof AppError ? (error.zh ?? error.message) : '原因不明'
        if (attempts >= FAILS_AFTER) await db.tx((tx) => fails(tx, why))
        throw error
      }
    },
  }
}
