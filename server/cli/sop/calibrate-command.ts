import {
  DAYS,
  type FalseAlarms,
  falseAlarms,
  type Power,
  power,
  SIZES,
  spendingAlarms,
} from '../../operations/sop/experiments/calibration/calibrate.ts'
import { defineCommand, type Sheet } from '../frame/command.ts'
import { flag, or, whole } from '../frame/slot.ts'

export const calibrateCommand = defineCommand({
  name: 'calibrate',
  audited: 'no',
  scope: 'open',
  lists: true,
  says: '实验的判断准不准：没有差别时误报多少（--money：每人金额；--power：有差别时多少人看得出），在这台机器上模拟',
  options: {
    runs: or(1_000, whole('次数', '每一格模拟几次', { min: 100, max: 20_000 })),
    perDay: or(200, whole('人数', '每天来几个人', { min: 5, max: 2_000 })),
    seed: or(1, whole('种子', '同一个种子结果相同', { min: 1 })),
    money: flag('看每人金额的区间：花钱像 CDNOW 的顾客，少数人花得很多'),
    power: flag('看灵敏度：多少人看得出多大的差别'),
  },
  run: async ({ runs, perDay, seed, power: isPower, money: isMoney }) => {
    if (isPower) {
      const rows = power({ runs, seed })
      return { text: powerText(rows, runs), data: { runs, seed, sizes: SIZES, power: rows }, sheet: powerSheet(rows) }
    }
    const rows = isMoney ? spendingAlarms({ runs, perDay, seed }) : falseAlarms({ runs, perDay, seed })
    return {
      text: alarmText(rows, { runs, perDay, of: isMoney ? MONEY : GOALS }),
      data: { runs, perDay, seed, falseAlarms: rows },
      sheet: alarmSheet(rows, isMoney ? MONEY : GOALS),
    }
  },
})

const percent = (share: number): string => `${Number((share * 100).toFixed(1))}%`
const splitText = (share: number): string => `${Math.round((1 - share) * 100)}/${Math.round(share * 100)}`

/** What is compared, and what the rate of a row is. */
interface Compared {
  rate: string
  alarm: string
}
const GOALS: Compared = { rate: '达成率', alarm: '看到差别就报' }
const MONEY: Compared = { rate: '购买率', alarm: '每人金额的区间不含 0 就报' }

const alarmSheet = (rows: readonly FalseAlarms[], { rate: what }: Compared): Sheet => ({
  header: [what, '两组比例', '误报'],
  rows: rows.map(({ rate, share, called }) => [percent(rate), splitText(share), percent(called)]),
})

function alarmText(
  rows: readonly FalseAlarms[],
  { runs, perDay, of }: { runs: number; perDay: number; of: Compared },
): string {
  const shares = [...new Set(rows.map(({ share }) => share))]
  const rates = [...new Set(rows.map(({ rate }) => rate))]
  const worst = Math.max(...rows.map(({ called }) => called))
  const lines = rates.map((rate) => {
    const cells = shares.map((share) => {
      const called = rows.find((row) => row.rate === rate && row.share === share)?.called ?? 0
      return percent(called).padStart(8)
    })
    return `  ${of.rate} ${percent(rate).padEnd(5)}${cells.join('')}`
  })
  return [
    `两组其实一样，每天来 ${perDay} 人，连看 ${DAYS} 天，${of.alarm}：报错的比例（每格模拟 ${runs} 次，最多应为 5%）`,
    `  ${' '.repeat(12)}${shares.map((share) => splitText(share).padStart(8)).join('')}`,
    ...lines,
    `最高的一格 ${percent(worst)}。`,
  ].join('\n')
}

const powerSheet = (rows: readonly Power[]): Sheet => ({
  header: ['原来', '变成', '两组比例', ...SIZES.map((size) => `${size} 人`)],
  rows: rows.map(({ a, b, share, found }) => [percent(a), percent(b), splitText(share), ...found.map(percent)]),
})

const powerText = (rows: readonly Power[], runs: number): string =>
  [
    `真有差别时，两组合计来了这么多人以前看出来的比例（每格模拟 ${runs} 次，每 100 人看一次）`,
    `  ${'两组比例'.padEnd(4)}${'达成率'.padStart(12)}  ${SIZES.map((size) => String(size).padStart(7)).join('')}`,
    ...rows.map(
      ({ a, b, share, found }) =>
        `  ${splitText(share).padEnd(8)}${`${percent(a)} → ${percent(b)}`.padStart(12)}  ${found.map((one) => percent(one).padStart(7)).join('')}`,
    ),
  ].join('\n')
