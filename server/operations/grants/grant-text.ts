import { shanghaiText } from '../../core/kernel/shanghai.ts'
import type { Grant } from './grant-store.ts'

/** 券「满 200 减 20」, 50 积分. */
export const giftText = ({ gift, name }: Pick<Grant, 'gift' | 'name'>): string =>
  gift.kind === 'coupon' ? `券「${name}」` : `${gift.points} 积分`

export type GrantNews =
  | { kind: 'given' }
  | { kind: 'waits'; untilMs: number }
  // `isOfGift`: see Granted.
  | { kind: 'refused'; why: string; isOfGift?: boolean | undefined }
  | { kind: 'unsure' | 'lapsed'; why: string }

/** One line for the guide, and for whoever asks what a journey did. */
export function grantLine(grant: Pick<Grant, 'gift' | 'name'>, shop: string, news: GrantNews): string {
  const gift = giftText(grant)
  if (news.kind === 'given') return `已发${gift}（${shop}）`
  if (news.kind === 'waits')
    return `还没发${gift}：「${shop}」认不出这位客户，认出来就发，最晚等到 ${shanghaiText(news.untilMs)}`
  if (news.kind === 'unsure') return `不知道${gift}发出去没有，没有再发（${shop}）：${news.why}`
  return `没发${gift}（${shop}）：${news.why}`
}
