import { examineSettings } from '../../../settings.ts'
import { buildTestApp, type TestAppOptions } from '../../../testing/build-test-app.ts'
import { CHECKS } from '../check-list.ts'
import { createPatient, type PatientDeps } from '../doctor-context.ts'
import { examine, type Report } from '../examine.ts'
import type { Finding } from '../finding.ts'

export const RULES = {
  'channels/c.yaml': 'channel: 门店\nguides: [zhangsan, lisi]\n',
  'welcomes/w.yaml': 'welcome: 默认\ndefault: true\ntext: 你好\n',
}

/** A running Huoshui with its sandbox, and the doctor as the command calls it: with an environment of its own. */
export async function openDoctor(options: TestAppOptions = {}) {
  const t = await buildTestApp({ config: RULES, ...options })
  const { credentials } = t.sandbox
  const env: Record<string, string> = {
    DATABASE_URL: t.databaseUrl,
    HUOSHUI_CONFIG: t.configDir,
    PUBLIC_URL: t.url,
    PORT: new URL(t.url).port,
    WECOM_API_BASE: t.sandbox.url,
    WECOM_CORP_ID: credentials.corpId,
    WECOM_AGENT_ID: String(credentials.agentId),
    WECOM_SECRET: credentials.secret,
    WECOM_CALLBACK_TOKEN: credentials.callbackToken,
    WECOM_CALLBACK_AES_KEY: credentials.aesKey,
    ORDERS_SECRET: credentials.ordersSecret,
    PHONE_SECRET: 'a-key-that-nobody-knows',
  }

  /** The report in an environment that differs from the server's by `changes`. */
  async function report(changes: Record<string, string> = {}, deps: Partial<PatientDeps> = {}): Promise<Report> {
    const { values, faults } = examineSettings({ ...env, ...changes })
    const context = createPatient({ settings: values, settingFaults: faults, clock: t.clock, ...deps })
    try {
      return await examine(context, CHECKS)
    } finally {
      await context.close()
    }
  }

  return {
    ...t,
    env,
    report,
    /** What is said of one subject, and of its parts (`接口权限：企业标签`). */
    about: async (what: string, ...more: Parameters<typeof report>): Promise<Finding[]> =>
      findingsOf(await report(...more)).filter((one) => one.what === what || one.what.startsWith(`${what}：`)),
  }
}
export type TestDoctor = Awaited<ReturnType<typeof openDoctor>>

export const findingsOf = (report: Report): Finding[] => report.groups.flatMap(({ findings }) => findings)
