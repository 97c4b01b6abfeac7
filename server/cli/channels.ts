import { type Channel, channelQueries } from '../records/channels/channel-queries.ts'
import { defineCommand, type Program } from './frame/command.ts'

/** The printed codes, for people: a block per channel with the address of its picture. */
export function channelsText(channels: Channel[]): string {
  if (channels.length === 0) return '还没有渠道码。服务启动后会按 config/channels/ 里的规则生成。'
  return channels
    .map(({ name, state, qrCode, trouble, isGone }) => {
      const code =
        qrCode === undefined ? `  还没有二维码：${trouble ?? '正在生成，稍等一分钟再看'}` : `  二维码图片：${qrCode}`
      if (isGone) {
        const left =
          qrCode === undefined
            ? ''
            : '\n  印出去的码还能扫，由原来的导购接待；要改导购就把 config/channels/ 里的文件加回来'
        return `${name}（state ${state}）\n  ${trouble ?? ''}${left}`
      }
      // The code is printed and works; what it should be by now it is not.
      const late = qrCode === undefined || trouble === undefined ? '' : `\n  没有改成规则里写的：${trouble}`
      return `${name}（state ${state}）\n${code}${late}`
    })
    .join('\n')
}

export const channelsProgram: Program = {
  name: 'channels',
  says: '渠道活码。',
  commands: [
    defineCommand({
      name: '',
      audited: 'no',
      scope: 'open',
      says: '列出每个渠道的二维码图片地址，拿去印刷；没有生成或没有改成的，写着为什么。',
      lists: true,
      run: async (_values, desk) => {
        const channels = await (await desk.db()).tx((tx) => channelQueries.all(tx))
        return {
          text: channelsText(channels),
          data: { channels },
          sheet: {
            header: ['渠道', 'state', '二维码图片', '问题'],
            rows: channels.map(({ name, state, qrCode, trouble }) => [name, state, qrCode ?? null, trouble ?? null]),
          },
        }
      },
    }),
  ],
}
