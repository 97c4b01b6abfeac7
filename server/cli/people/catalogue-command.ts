import { catalogue, knowNobody } from '../../upkeep/people/catalogue.ts'
import { keptZh, readKeepDays } from '../../upkeep/people/keep-days.ts'
import { defineCommand } from '../frame/command.ts'
import { table } from '../frame/table.ts'
import { CATALOGUE_HEADER, catalogueRow } from './people-text.ts'

export const catalogueCommand = defineCommand({
  name: 'catalogue',
  audited: 'no',
  scope: 'open',
  says: '哪张表里有谁的什么个人信息、为什么存、存多久、删除客户时怎么办；由程序里的表声明生成',
  lists: true,
  run: async (_values, desk) => {
    const days = readKeepDays(desk.env)
    const rows = catalogue().map((entry) => catalogueRow(entry, (kept) => keptZh(kept, days)))
    const nobody = knowNobody()
    return {
      text: [
        table([CATALOGUE_HEADER, ...rows]),
        '',
        `下面 ${nobody.length} 张表里没有个人信息：${nobody.map((one) => one.table).join('、')}`,
      ].join('\n'),
      data: { tables: catalogue(), nobody, keepDays: days },
      sheet: { header: CATALOGUE_HEADER, rows },
    }
  },
})
