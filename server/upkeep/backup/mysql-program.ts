import { spawn } from 'node:child_process'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'
import { AppError } from '../../core/kernel/app-error.ts'

/** MariaDB's name first, then MySQL's. */
const PROGRAMS = { dump: ['mariadb-dump', 'mysqldump'], load: ['mariadb', 'mysql'] } as const

/** Runs the database's own program on the database that `url` (mysql://…) names, with a file as its output or its input. The
 *  password stands in a file that only this account can read, never on a command line. Throws backup.no-program,
 *  backup.program-failed. */
export async function runMysqlProgram(
  what: keyof typeof PROGRAMS,
  url: string,
  { args, file }: { args: readonly string[]; file: string },
): Promise<void> {
  const { hostname, port, username, password, pathname, searchParams } = new URL(url)
  const folder = await mkdtemp(join(tmpdir(), 'huoshui-login-'))
  const login = join(folder, 'login.cnf')
  const lines = [
    ['host', hostname],
    ['port', port === '' ? '3306' : port],
    ['protocol', 'tcp'],
    ['user', decodeURIComponent(username)],
    ['password', decodeURIComponent(password)],
    ...(searchParams.has('ssl') ? [['ssl', '1']] : []),
  ].map(([name, value = '']) => `${name}="${value.replaceAll(/["\\]/g, '\\$&')}"`)
  try {
    await writeFile(login, `[client]\n${lines.join('\n')}\n`, { mode: 0o600 })
    for (const program of PROGRAMS[what]) {
      const all = [`--defaults-file=${login}`, '--default-character-set=utf8mb4', ...args, pathname.slice(1)]
      if (await hasRun(program, all, what, file)) return
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
  const names = PROGRAMS[what].join('、')
  throw new AppError('backup.no-program', `none of ${names} is installed`, {
    zh: `这台机器上没有 ${names}：安装数据库的客户端（Debian：apt-get install mariadb-client），或在装了它的机器上运行`,
  })
}

/** False: there is no such program. */
async function hasRun(
  program: string,
  args: readonly string[],
  what: keyof typeof PROGRAMS,
  file: string,
): Promise<boolean> {
  const child = spawn(program, args, { stdio: ['pipe', 'pipe', 'pipe'] })
  const isThere = await new Promise<boolean>((resolve) => {
    child.once('spawn', () => resolve(true))
    child.once('error', () => resolve(false))
  })
  if (!isThere) return false
  let said = ''
  child.stderr.on('data', (part: Buffer) => {
    said = `${said}${part.toString()}`.slice(-2_000)
  })
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve))
  const flow =
    what === 'dump'
      ? pipeline(child.stdout, createWriteStream(file, { mode: 0o600, flags: 'wx' }))
      : pipeline(createReadStream(file), child.stdin)
  // A program that gives up closes its end; its own words say why.
  const cut = await flow.catch((error: unknown) => error)
  const code = await ended
  if (code === 0 && cut === undefined) return true
  throw new AppError('backup.program-failed', `${program} ended with ${code}: ${said || String(cut)}`, {
    zh: `${program} 没有成功（${said.split('\n').find((line) => /error/i.test(line)) ?? `退出码 ${code}`}）`,
  })
}
