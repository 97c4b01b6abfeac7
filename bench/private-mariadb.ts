import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { chownSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { createConnection } from 'mysql2/promise'
import { memoryFolder } from '../server/testing/test-run.ts'
import { freePort } from './free-port.ts'
import { until } from './waiting.ts'

const START_TIMEOUT_MS = 60_000
const FREEZE_TIMEOUT_MS = 5_000

export interface PrivateMariadb {
  /** Without a database, as TEST_MYSQL_URL. */
  url: string
  /** kill -9, nothing for `awayMs`, and the same data again; waits until it answers. */
  restart(awayMs: number): Promise<void>
  /** kill -9. */
  kill(): Promise<void>
  /** On the same data, after `kill`, with other options than at first; waits until it answers. */
  start(options?: string[]): Promise<void>
  /** It stands still and answers nothing, its connections stay open; until `thaw`. Resolves when the last thread does. */
  freeze(): Promise<void>
  thaw(): void
  /** Ends it and removes its data. */
  close(): Promise<void>
}

/** A database server of our own, in a temporary folder (in memory where there is room), on a port and socket of its own: one that may be killed.
 *  Throws when MariaDB is not installed. */
export async function startPrivateMariadb({
  options: first = [] as string[],
  port: wanted = undefined as number | undefined,
} = {}): Promise<PrivateMariadb> {
  const folder = mkdtempSync(join(memoryFolder(), 'huoshui-mariadb-'))
  const isRoot = process.getuid?.() === 0
  // MariaDB refuses to run as root.
  const asOwner = isRoot ? ['--user=mysql'] : []
  const port = wanted ?? (await freePort())
  const url = `mysql://root@127.0.0.1:${port}`
  try {
    if (isRoot) chownSync(folder, idOf('-u'), idOf('-g'))
    const options = [...asOwner, `--datadir=${join(folder, 'data')}`, '--auth-root-authentication-method=normal']
    execFileSync('mariadb-install-db', ['--no-defaults', ...options], { stdio: 'ignore' })
  } catch (cause) {
    rmSync(folder, { recursive: true, force: true })
    throw new Error('the storm kills a MariaDB of its own, and none can be made here: apt-get install mariadb-server', {
      cause,
    })
  }

  async function start(more: string[]): Promise<ChildProcess> {
    const child = spawn(
      'mariadbd',
      [
        '--no-defaults',
        ...asOwner,
        `--datadir=${join(folder, 'data')}`,
        `--port=${port}`,
        '--bind-address=127.0.0.1',
        `--socket=${join(folder, 'socket')}`,
        `--pid-file=${join(folder, 'pid')}`,
        // A server that starts clears away what is temporary in /tmp, and others may be using theirs.
        `--tmpdir=${folder}`,
        ...more,
      ],
      { stdio: 'ignore' },
    )
    await until('the MariaDB of our own answers', START_TIMEOUT_MS, () => answers(url))
    return child
  }

  let running = await start(first)
  const onExit = (): void => void running.kill('SIGKILL')
  process.once('exit', onExit)
  return {
    url,
    restart: async (awayMs) => {
      await end(running, 'SIGKILL')
      await pause(awayMs)
      running = await start(first)
    },
    kill: () => end(running, 'SIGKILL'),
    start: async (more = first) => {
      running = await start(more)
    },
    freeze: async () => {
      running.kill('SIGSTOP')
      await until('every thread of MariaDB stands still', FREEZE_TIMEOUT_MS, async () => standsStill(running.pid))
    },
    thaw: () => void running.kill('SIGCONT'),
    close: async () => {
      running.kill('SIGCONT')
      await end(running, 'SIGTERM')
      process.off('exit', onExit)
      rmSync(folder, { recursive: true, force: true })
    },
  }
}

/** The signal is taken by one thread, which tells the others: on a busy machine one of them may answer until then. */
function standsStill(pid: number | undefined): boolean {
  const tasks = `/proc/${pid}/task`
  if (!existsSync(tasks)) return true
  return readdirSync(tasks).every((thread) => {
    const status = readFileSync(join(tasks, thread, 'stat'), 'utf8')
    return status.slice(status.lastIndexOf(')') + 2).startsWith('T')
  })
}

const idOf = (which: '-u' | '-g'): number => Number(execFileSync('id', [which, 'mysql'], { encoding: 'utf8' }))

async function answers(url: string): Promise<boolean> {
  try {
    const connection = await createConnection(url)
    await connection.query('SELECT 1')
    await connection.end()
    return true
  } catch {
    return false
  }
}

function end(child: ChildProcess, signal: 'SIGTERM' | 'SIGKILL'): Promise<void> {
  return new Promise((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) return resolve()
    child.once('exit', () => resolve())
    child.kill(signal)
  })
}
