import { spawnSync } from 'node:child_process'
import { cpSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { systemClock } from './core/kernel/clock.ts'
import { createLogger } from './core/kernel/logger.ts'
import { createHuoshui } from './huoshui.ts'
import { readSettings } from './settings.ts'
import { huoshuiEnv } from './testing/start-program.ts'

const SHIPPED = 'config'
const REAL = 'https://qyapi.weixin.qq.com'

let copy: string
beforeEach(() => {
  copy = mkdtempSync(join(tmpdir(), 'huoshui-rules-'))
  cpSync(SHIPPED, copy, { recursive: true })
})
afterEach(() => rmSync(copy, { recursive: true, force: true }))

const wire = (apiBase: string, folder: string) =>
  createHuoshui({
    settings: readSettings(huoshuiEnv(apiBase, 'sqlite::memory:', folder)),
    clock: systemClock,
    log: createLogger({ level: 'silent' }),
  })

describe('the rules of the demo shop', () => {
  it('keep a server from starting on the real WeCom, which says in both languages what to do', () => {
    const { status, stderr } = spawnSync(process.execPath, ['--import', 'tsx', 'server/main.ts'], {
      env: { PATH: process.env.PATH, ...huoshuiEnv(REAL, 'sqlite::memory:', SHIPPED) },
      encoding: 'utf8',
      timeout: 60_000,
    })
    expect(status).toBe(2)
    expect(stderr).toContain('Point HUOSHUI_CONFIG at a copy with your own rules and delete DEMO-SHOP.md from it.')
    expect(stderr).toContain('复制一份改成自己店的，删掉里面的 DEMO-SHOP.md')
  })

  it('are known in a copy, whatever way the real WeCom is written', () => {
    for (const base of [REAL, `${REAL}/`, 'https://QYAPI.weixin.qq.com', `${REAL}:443`, 'http://qyapi.weixin.qq.com']) {
      expect(() => wire(base, copy)).toThrow('rules of the invented demo shop')
    }
  })

  it('may run on anything but the real WeCom', () => {
    expect(wire('http://127.0.0.1:3100', copy)).toBeDefined()
  })

  it('are one’s own once the file that says otherwise is deleted', () => {
    rmSync(join(copy, 'DEMO-SHOP.md'))
    expect(wire(REAL, copy)).toBeDefined()
  })
})
