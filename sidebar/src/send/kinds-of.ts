import type { ChatMessage } from '../../../server/sidebar-api/contract.ts'

export const KINDS: Record<ChatMessage['msgtype'], string> = {
  text: '文字',
  image: '图片',
  news: '链接',
  miniprogram: '小程序',
  video: '视频',
  file: '文件',
}

/** What they are, each kind once: 「图片和链接」. */
export const kindsOf = (messages: readonly ChatMessage[]): string =>
  [...new Set(messages.map(({ msgtype }) => KINDS[msgtype]))].join('和')
