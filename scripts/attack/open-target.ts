import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect } from 'node:net'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { until } from '../../bench/waiting.ts'
import { migrations } from '../../migrations/index.ts'
import { createSandbox } from '../../sandbox/sandbox.ts'
import { createDb } from '../../server/core/db/db.ts'
import { raw } from '../../server/core/db/sql.ts'
import { systemClock } from '../../server/core/kernel/clock.ts'
import { GOOD_RULES, TINY_PNG } from '../../server/rules/testing/rule-folder-on-disk.ts'
import { openBrowser } from '../../server/sidebar-api/testing/sidebar-browser.ts'
import { huoshuiEnv, startProgram, untilReady } from '../../server/testing/start-program.ts'
import { createTestDatabase } from '../../server/testing/test-database.ts'
import { mustBeLoopback } from './loopback.ts'

export type Target = Awaited<ReturnType<typeof openTarget>>

/** A Huoshui in a process of its own, on an empty database, with the sandbox for a platform. `env`: beside what it needs. */
export async function openTarget(env: Record<string, string> = {}) {
  const sandbox = createSandbox({ clock: systemClock, retryDelaysMs: [5, 10] })
  await sandbox.listen()
  const database = await createTestDatabase()
  const configDir = mkdtempSync(join(tmpdir(), 'huoshui-attack-'))
  const writeConfig = (files: Record<string, string | Buffer>): void => {
    for (const [path, content] of Object.entries(files)) {
      mkdirSync(dirname(join(configDir, path)), { recursive: true })
      writeFileSync(join(configDir, path), content)
    }
  }
  const channel = 'channels/包裹卡.yaml'
  const writeGoodRules = (): void =>
    writeConfig({
      ...GOOD_RULES,
      // A guide whom the sandbox's corp has.
      [channel]: (GOOD_RULES[channel] ?? '').replace('linxiaoyu', 'zhangsan'),
      'assets/hello.png': TINY_PNG,
    })
  writeGoodRules()
  const logLines: string[] = []
  const server = await startProgram('server/main.ts', {
    env: { ...huoshuiEnv(sandbox.url, database.url, configDir), ...env },
    onLine: (line) => void logLines.push(line),
  })
  const base = mustBeLoopback(server.url)
  await untilReady(server.url)
  sandbox.connect(server.url)
  const db = createDb(database.url, migrations)
  await until('both guides are known', 60_000, async () => (await count('staff WHERE is_guide = 1')) >= 2)

  async function count(from: string): Promise<number> {
    const row = await db.statement((tx) => tx.row(raw<{ n: number }>(`SELECT COUNT(*) AS n FROM ${from}`)))
    return Number(row?.n ?? 0)
  }

  /** Redirects are shown, never followed; no answer at all is status 0. */
  async function ask(
    path: string,
    init: RequestInit = {},
  ): Promise<{ status: number; text: string; headers: Headers }> {
    try {
      const url = mustBeLoopback(`${server.url}${path}`)
      const answer = await fetch(url, { ...init, redirect: 'manual', signal: AbortSignal.timeout(30_000) })
      return { status: answer.status, text: await answer.text(), headers: answer.headers }
    } catch {
      return { status: 0, text: '', headers: new Headers() }
    }
  }

  /** What comes back for these bytes, until the server closes or `forMs` have passed. */
  function send(bytes: string | Buffer, forMs: number): Promise<{ answer: string; closedAfterMs: number | undefined }> {
    return new Promise((resolve) => {
      const startedAt = performance.now()
      const socket = connect({ host: base.hostname, port: Number(base.port) }, () => void socket.write(bytes))
      let answer = ''
      const end = (closedAfterMs: number | undefined): void => {
        clearTimeout(timer)
        socket.destroy()
        resolve({ answer, closedAfterMs })
      }
      const timer = setTimeout(() => end(undefined), forMs)
      socket.on('data', (chunk) => {
        answer += String(chunk)
      })
      socket.on('error', () => undefined)
      socket.on('close', () => end(performance.now() - startedAt))
    })
  }

  return {
    url: server.url,
    pid: server.pid,
    sandbox,
    db,
    configDir,
    writeGoodRules,
    logLines,
    count,
    ask,
    send,
    /** A browser in which this guide is logged in. */
    as: async (guide: string) => {
      const browser = openBrowser(server.url)
      await browser.login(guide)
      return browser
    },
    /** Somebody new who adds this guide; known to the server when this resolves. */
    customerOf: async (userId: string): Promise<string> => {
      const { externalUserId } = await sandbox.scan({ userId })
      await sandbox.settle()
      await until('the new customer is known', 30_000, async () => {
        const found = await count(`follow WHERE userid = '${userId}' AND external_userid = '${externalUserId}'`)
        return found === 1
      })
      return externalUserId
    },
    /** Answers, and says that it can store. */
    isWell: async (): Promise<boolean> => (await ask('/readyz')).status === 200,
    close: async (): Promise<void> => {
      await server.stop()
      await sandbox.close()
      await db.close()
      await database.drop()
      rmSync(configDir, { recursive: true, force: true })
    },
  }
}
