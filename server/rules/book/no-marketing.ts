import { drawPoint } from '../../core/kernel/draw.ts'
import type { PolicyRule } from '../schema/policy-rule.ts'

export const NO_MARKETING = '全体对照组（policy.yaml 的 holdOut），不做营销'

/** Who gets no marketing at all, to know what all of it brings: always the same customers, and with a larger share those and
 *  more. */
export const getsNoMarketing = ({ holdOut }: Pick<PolicyRule, 'holdOut'>, externalUserId: string): boolean =>
  holdOut !== undefined && drawPoint('no-marketing', externalUserId) * 100 < holdOut.percent
