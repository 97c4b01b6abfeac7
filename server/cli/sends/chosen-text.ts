import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { ChosenSenders } from '../../operations/mass-send/chosen-senders.ts'
import { WECOM_CHOOSES } from '../../operations/mass-send/wecom-chooses.ts'
import { type GuideNames, guideText } from '../find/guide-names.ts'

/** Whose a task is; of several guides none is named. */
export const senderText = (names: GuideNames, userId: string): string =>
  userId === WECOM_CHOOSES ? '企业微信挑的导购' : guideText(names, userId)

/** Who was expected to send beside who does. */
export function chosenLines(chosen: ChosenSenders | undefined, names: GuideNames): string[] {
  if (chosen === undefined) return []
  const { asExpected, byAnother, unknown } = chosen
  const isKnown = asExpected + byAnother > 0
  const how = isKnown
    ? `${asExpected} 位由预计的导购发，${byAnother} 位由另一位发${unknown > 0 ? `，${unknown} 位还不知道` : ''}`
    : '企业微信还没有说挑了谁'
  return [
    '',
    `由谁发，预计和实际：${how}`,
    ...chosen.senders.map(({ userId, expected, real, confirmedAtMs }) => {
      const said = real === undefined ? '' : `，实际 ${real} 位`
      const at = confirmedAtMs === undefined ? '' : `  ${shanghaiText(confirmedAtMs)} 确认`
      return `  ${guideText(names, userId)}  预计 ${expected} 位${said}${at}`
    }),
  ]
}
