import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { startProgram } from '../../server/testing/start-program.ts'
import { createTestDatabase } from '../../server/testing/test-database.ts'

export type Demo = Awaited<ReturnType<typeof startDemo>>

/** Pictures of the shipped rules and the codes of their three group pools, all sent with some message. */
const PICTURES = 7

/** What `./scripts/start` runs for a newcomer: the sandbox and Huoshui, two processes on free ports, over a database of
 *  their own and a copy of the shipped rules. Ready when codes can be scanned and pictures can be sent. */
export async function startDemo() {
  execFileSync('bash', ['-c', '. scripts/lib/prepare.sh && build_sidebar'], { stdio: 'inherit' })
  const database = await createTestDatabase()
  const configDir = mkdtempSync(join(tmpdir(), 'huoshui-config-'))
  cpSync('config', configDir, { recursive: true })
  const logLines: string[] = []
  const program = await startProgram('scripts/run.ts', {
    env: {
      PORT: '0',
      SANDBOX_PORT: '0',
      WECOM_CORP_ID: '',
      DATABASE_URL: database.url,
      HUOSHUI_CONFIG: configDir,
      LOG_LEVEL: 'info',
    },
    ready: /打开: (http:\/\/127\.0\.0\.1:\d+)/,
    onLine: (line) => logLines.push(line),
  }).catch(async (error: unknown) => {
    await database.drop()
    throw error
  })

  /** Asks the sandbox what only the platform knows. */
  async function sandbox<Result>(control: string, input: object = {}): Promise<Result> {
    const answer = await fetch(`${program.url}/_sandbox/${control}`, { method: 'POST', body: JSON.stringify(input) })
    const body = (await answer.json()) as { ok: boolean; message?: string; result: Result }
    if (!body.ok) throw new Error(`sandbox refused ${control}: ${body.message}`)
    return body.result
  }

  async function stop(): Promise<void> {
    await program.stop()
    await database.drop()
    rmSync(configDir, { recursive: true, force: true })
  }

  const pictures = async (): Promise<number> => (await sandbox<unknown[]>('calls', { path: 'media/uploadimg' })).length
  for (const until = Date.now() + 40_000; (await pictures()) < PICTURES; ) {
    if (Date.now() > until) {
      await stop()
      throw new Error(`pictures are missing at the platform:\n${logLines.join('\n')}`)
    }
    await new Promise((resolve) => setTimeout(resolve, 100))
  }

  return {
    url: program.url,
    databaseUrl: database.url,
    /** The rules that it runs by: a copy of the shipped ones. */
    configDir,
    /** What the server has logged so far, a JSON line each. */
    logLines,
    sandbox,
    /** Writes a rule file into the folder that the server watches. */
    writeRule: (path: string, text: string): void => {
      mkdirSync(dirname(join(configDir, path)), { recursive: true })
      writeFileSync(join(configDir, path), text)
    },
    removeRule: (path: string): void => rmSync(join(configDir, path)),
    stop,
  }
}
