import { pathToFileURL } from 'node:url'
import type { Db } from '../core/db/db.ts'
import { type Clock, systemClock } from '../core/kernel/clock.ts'
import { DAY_MS, MINUTE_MS, shanghaiText } from '../core/kernel/shanghai.ts'
import { type DeadLetter, deadLetters } from '../engine/actions/dead-letters.ts'
import type { Estimate } from '../engine/actions/estimate.ts'
import { readEta } from '../platform/deployment/eta.ts'
import { errorCode } from '../platform/wecom/error-codes/error-codes.ts'
import { csvText } from './csv-text.ts'
import { type Outcome, runOnDatabase } from './outcome.ts'

const USAGE = `用法：npm run -s actions -- <命令>

  dead              列出反复失败、已经放弃的动作（A 开头）和事件（E 开头），以及原因
  failed [天数]     列出近几天（默认 7）被企业微信拒绝、或过了时限的动作：谁的、什么、为什么；加 --json 或 --csv
  retry <编号>      重新排队其中一条，例如 A12 或 E7
  retry <种类>      重新排队这一种的全部，例如 tag.mark
  retry all         全部重新排队
  eta               排队的动作还有多少、预计何时做完、被什么限制

重新排队后，运行中的服务一秒内会再试。欢迎语不会重发：过了 20 秒已没有意义。
退出码：0 正常，1 没有找到或读不到，2 用法不对；dead、failed 列出了内容时也是 1，方便接监控`

const MOST_LISTED = 200

/** `words`: the command line after the program's name. */
export async function runActions(words: readonly string[], { db, clock }: { db: Db; clock: Clock }): Promise<Outcome> {
  const [command, name, ...more] = words
  const wrongUse = (message: string): Outcome => ({ code: 2, out: '', err: `${message}\n\n${USAGE}` })
  if (command === 'help' || command === '--help' || command === '-h') return { code: 0, out: USAGE, err: '' }
  if (command === 'dead') return name === undefined ? list(db) : wrongUse(`dead 后面不用写 ${name}。`)
  if (command === 'failed') return failed(db, clock.now(), words.slice(1), wrongUse)
  if (command === 'eta') return name === undefined ? eta(db, clock.now()) : wrongUse(`eta 后面不用写 ${name}。`)
  if (command === 'retry') {
    if (name === undefined || more.length > 0) return wrongUse('retry 后面要写一个编号、一个种类或 all。')
    return retry(db, name, clock.now())
  }
  return wrongUse(command === undefined ? '没有写命令。' : `没有「${command}」这个命令。`)
}

async function list(db: Db): Promise<Outcome> {
  const { letters, count } = await db.tx(async (tx) => ({
    letters: await deadLetters.list(tx, MOST_LISTED),
    count: await deadLetters.count(tx),
  }))
  const total = count.action + count.event
  if (total === 0) return { code: 0, out: '没有被放弃的动作或事件。', err: '' }
  const lines = letters.map(letterText)
  if (letters.length < total) lines.push(`……另有 ${total - letters.length} 条没有列出。`)
  const advice = '先解决上面写的原因，再运行 npm run -s actions -- retry <编号、种类或 all>。'
  return {
    code: 1,
    out: [`已放弃：动作 ${count.action} 条，事件 ${count.event} 条`, '', ...lines, '', advice].join('\n'),
    err: '',
  }
}

function letterText(letter: DeadLetter): string {
  const number = `${letter.kind === 'action' ? 'A' : 'E'}${letter.id}`
  const whom = [letter.externalUserId && `客户 ${letter.externalUserId}`, letter.userId && `导购 ${letter.userId}`]
  const meaning = letter.errcode === undefined ? undefined : errorCode(letter.errcode)
  const why = meaning === undefined ? letter.lastError : `${letter.errcode} ${meaning.zh}。${meaning.todo ?? ''}`
  const head = [number, letter.what, ...whom.filter((one) => one !== undefined), shanghaiText(letter.diedAtMs)]
  return `${head.join('  ')}\n    试了 ${letter.attempts} 次：${why}`
}

const DEFAULT_DAYS = 7
/** For files, which people filter. */
const MOST_IN_FILE = 100_000

async function failed(
  db: Db,
  nowMs: number,
  words: readonly string[],
  wrongUse: (message: string) => Outcome,
): Promise<Outcome> {
  const isForm = (word: string): boolean => word === '--json' || word === '--csv'
  const forms = words.filter(isForm)
  const [days = String(DEFAULT_DAYS), ...more] = words.filter((word) => !isForm(word))
  if (!/^\d{1,3}$/.test(days) || more.length > 0 || forms.length > 1) return wrongUse('failed 后面只写天数和一种格式。')
  const limit = forms.length === 0 ? MOST_LISTED : MOST_IN_FILE
  const letters = await db.tx((tx) => deadLetters.refused(tx, { sinceMs: nowMs - Number(days) * DAY_MS, limit }))
  const code = letters.length === 0 ? 0 : 1
  if (forms[0] === '--json') return { code, out: JSON.stringify({ actions: letters }, null, 2), err: '' }
  if (forms[0] === '--csv') return { code, out: csvText(FAILED_HEADER, letters.map(failedCells)), err: '' }
  if (letters.length === 0) return { code, out: `近 ${days} 天没有被拒绝的动作。`, err: '' }
  const rest = letters.length === limit ? ['……可能还有更多，用 --csv 全部列出。'] : []
  const head = `近 ${days} 天被拒绝或过了时限的动作，新的在前`
  return { code, out: [head, '', ...letters.map(letterText), ...rest].join('\n'), err: '' }
}

const FAILED_HEADER = ['编号', '动作', '客户', '导购', '时间', '错误码', '原因']

const failedCells = (letter: DeadLetter): (string | number | null)[] => [
  letter.id,
  letter.what,
  letter.externalUserId ?? null,
  letter.userId ?? null,
  shanghaiText(letter.diedAtMs),
  letter.errcode ?? null,
  letter.errcode === undefined ? letter.lastError : errorCode(letter.errcode).zh,
]

const BOUND_TEXT: Record<Estimate['boundBy'], string> = {
  speed: '按目前的处理速度',
  limit: '受企业微信的接口频率限制',
  block: '企业微信暂时拒绝了接口，解除后继续',
  due: '要等到约定的时间',
}

async function eta(db: Db, nowMs: number): Promise<Outcome> {
  const estimates = await db.tx((tx) => readEta(tx, nowMs))
  if (estimates.length === 0) return { code: 0, out: '没有排队的动作。', err: '' }
  const total = estimates.reduce((sum, one) => sum + one.waiting, 0)
  const lines = estimates.map((one) => {
    const minutes = Math.max(1, Math.ceil(one.doneInMs / MINUTE_MS))
    const why = `${BOUND_TEXT[one.boundBy]}${one.path === undefined ? '' : `（${one.path}）`}${one.isKnown ? '' : '（还没有做过这一种，时间是假定的）'}`
    return `${one.kind}  ${one.waiting} 个  约 ${shanghaiText(one.doneAtMs)} 做完（${minutes} 分钟内）  ${why}`
  })
  return { code: 0, out: [`排队的动作共 ${total} 个`, '', ...lines].join('\n'), err: '' }
}

async function retry(db: Db, name: string, nowMs: number): Promise<Outcome> {
  const numbered = /^([AE])(\d+)$/i.exec(name)
  const kinds =
    numbered === null
      ? (['action', 'event'] as const)
      : ([numbered[1]?.toUpperCase() === 'A' ? 'action' : 'event'] as const)
  const which = numbered === null ? (name === 'all' ? {} : { what: name }) : { id: Number(numbered[2]) }
  const counts = await db.tx(async (tx) => {
    let sum = 0
    for (const kind of kinds) sum += await deadLetters.retry(tx, { kind, ...which }, nowMs)
    return sum
  })
  if (counts === 0) return { code: 1, out: '', err: `没有可以重试的「${name}」。先用 dead 查看。` }
  return { code: 0, out: `已重新排队 ${counts} 条。`, err: '' }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await runOnDatabase((words, db) => runActions(words, { db, clock: systemClock }))
}
