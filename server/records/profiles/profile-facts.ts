import { alias } from '../../core/db/define-table.ts'
import { shanghaiParts } from '../../core/kernel/shanghai.ts'
import type { Fact } from '../../rules/condition/fact.ts'
import { aggregateFact } from '../facts/row-facts.ts'
import { birthdayYear, FEBRUARY_29 } from './birthday.ts'
import { CUSTOMER_PROFILE } from './profile-tables.ts'

const p = alias(CUSTOMER_PROFILE, 'p')

export const profileFacts: Fact[] = [
  aggregateFact(
    { from: `${p}`, customer: `${p.external_userid}` },
    {
      path: 'birthday.daysUntil',
      type: 'number',
      zh: '离生日天数',
      of: (nowMs) => {
        const { today, shift, nextShift, daysInYear } = birthdayYear(shanghaiParts(nowMs))
        // One row a customer: MAX only lets it be asked like the others.
        const born = `MAX(${p.birth_ordinal})`
        const on = (isShifted: 0 | 1): string =>
          `(${born} - CASE WHEN ${born} >= ${FEBRUARY_29} THEN ${isShifted} ELSE 0 END)`
        return `CASE WHEN ${on(shift)} >= ${today} THEN ${on(shift)} - ${today}
          ELSE ${on(nextShift)} + ${daysInYear - today} END`
      },
    },
  ),
]
