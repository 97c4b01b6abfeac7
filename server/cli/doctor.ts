import { readShopSecrets } from '../platform/shops/shop-secrets.ts'
import { examineSettings } from '../settings.ts'
import { CHECKS } from '../upkeep/doctor/check-list.ts'
import { createPatient } from '../upkeep/doctor/doctor-context.ts'
import { examine } from '../upkeep/doctor/examine.ts'
import { countOf, reportText } from '../upkeep/doctor/report-text.ts'
import { defineCommand, type Program } from './frame/command.ts'

/** Writes one row to the database and one file to its folder, and takes both back. */
export const doctorProgram: Program = {
  name: 'doctor',
  says: '哪里不对。',
  commands: [
    defineCommand({
      name: '',
      audited: 'no',
      scope: 'open',
      says: '检查设置、企业微信、回调、数据库和运行情况，每个问题给出下一步。',
      more: '用与服务一样的环境变量运行。服务没有启动、设置有错时也能用，查不了的会写明原因。',
      run: async (_values, desk) => {
        const { values, faults } = examineSettings(desk.env)
        const context = createPatient({
          ...{ settings: values, settingFaults: faults, clock: desk.clock },
          shopSecrets: readShopSecrets(desk.env),
        })
        try {
          const report = await examine(context, CHECKS)
          return { text: reportText(report), data: report, isNo: countOf(report, 'fail') > 0 }
        } finally {
          await context.close()
        }
      },
    }),
  ],
}
