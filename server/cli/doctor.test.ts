import { afterEach, beforeEach, expect, it } from 'vitest'
import { runCommand } from '../testing/run-command.ts'
import { openDoctor, type TestDoctor } from '../upkeep/doctor/testing/open-doctor.ts'
import { doctorProgram } from './doctor.ts'

let t: TestDoctor
beforeEach(async () => {
  t = await openDoctor()
})
afterEach(() => t.close())

const run = (words: string[], env: Record<string, string> = {}) =>
  runCommand(doctorProgram, words, { clock: t.clock, env: { ...t.env, ...env } })

it('a fault: its line, the next step below it, and exit code 1', async () => {
  t.sandbox.faults.set({ path: 'get_corp_tag_list', errcode: 48002 })
  const { code, out } = await run([])
  expect(code).toBe(1)
  expect(out).toContain(
    `  ✗ 接口权限：企业标签：应用没有这个接口的权限（48002）
    → 在管理后台「客户联系 → API → 可调用接口的应用」勾选本应用`,
  )
  expect(out).toContain('  ✓ 应用 Secret：企业 ID 与 Secret 正确，拿到了访问凭证')
  expect(out.split('\n').at(-1)).toMatch(
    /^2026-11-22 09:00 检查完，用了 [\d.]+ 秒。\d+ 处要修.*。先做这一步：在管理后台/,
  )
})

it('--json gives the same as data', async () => {
  const { code, out } = await run(['--json'])
  const report = JSON.parse(out)
  expect(report).toMatchObject({
    atMs: t.clock.now(),
    groups: expect.arrayContaining([{ group: '规则', findings: expect.any(Array) }]),
  })
  const states = report.groups.flatMap(({ findings }: { findings: { state: string }[] }) =>
    findings.map(({ state }) => state),
  )
  expect(code).toBe(states.includes('fail') ? 1 : 0)
})

it('with nothing set, every missing setting is named at once and what cannot be looked at says why', async () => {
  const { code, out } = await runCommand(doctorProgram, [], {
    env: { WECOM_API_BASE: t.sandbox.url, DATABASE_URL: t.databaseUrl },
    clock: t.clock,
  })
  expect(code).toBe(1)
  for (const name of ['WECOM_CORP_ID', 'WECOM_AGENT_ID', 'WECOM_SECRET', 'WECOM_CALLBACK_TOKEN', 'ORDERS_SECRET']) {
    expect(out).toMatch(new RegExp(`✗ ${name}：还没有设\n    → .*环境变量 ${name} `))
  }
  expect(out).toContain(
    '? 应用 Secret、企业可信 IP、访问凭证、接口权限、导购、侧边栏票据：无法检查，因为 WECOM_CORP_ID 还没有设好，先解决「设置」',
  )
})

it('an AES key of the wrong length is told before anything is tried with it', async () => {
  const { out } = await run([], { WECOM_CALLBACK_AES_KEY: `${t.env.WECOM_CALLBACK_AES_KEY}=` })
  expect(out).toContain(
    '✗ WECOM_CALLBACK_AES_KEY：格式不对\n    → 从管理后台「本应用 → 接收消息 → API接收」重新复制 EncodingAESKey（正好 43 位字母数字）',
  )
  expect(out).toContain('? 回调回显：无法检查，因为 WECOM_CALLBACK_AES_KEY 还没有设好')
})

it('no secret, token or password is ever shown', async () => {
  t.sandbox.faults.set({ path: 'agent/get', errcode: 301002 })
  const outs = [await run([]), await run(['--json']), await run([], { WECOM_CALLBACK_TOKEN: 'not/valid' })]
  const tokens = [
    t.env.WECOM_SECRET,
    t.env.WECOM_CALLBACK_AES_KEY,
    t.env.WECOM_CALLBACK_TOKEN,
    t.env.ORDERS_SECRET,
    'not/valid',
  ]
  for (const { out } of outs) for (const secret of tokens) expect(out).not.toContain(secret)
})

it('wrong use is told with how to use it', async () => {
  const { code, err } = await run(['--quick'])
  expect([code, err.split('\n')[0]]).toEqual([2, '不认识 --quick。'])
})
