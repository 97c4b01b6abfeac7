import { pathToFileURL } from 'node:url'
import { migrations } from '../../migrations/index.ts'
import { createDb } from '../core/db/db.ts'
import { type Channel, channelQueries } from '../records/channels/channel-queries.ts'
import { readSomeSettings } from '../settings.ts'

/** The printed codes, for people: a block per channel with the address of its picture. */
export function channelsText(channels: Channel[]): string {
  if (channels.length === 0) return '还没有渠道码。服务启动后会按 config/channels/ 里的规则生成。'
  return channels
    .map(({ name, state, qrCode, trouble }) => {
      const code =
        qrCode === undefined ? `  还没有二维码：${trouble ?? '正在生成，稍等一分钟再看'}` : `  二维码图片：${qrCode}`
      // The code is printed and works; what it should be by now it is not.
      const late = qrCode === undefined || trouble === undefined ? '' : `\n  没有改成规则里写的：${trouble}`
      return `${name}（state ${state}）\n${code}${late}`
    })
    .join('\n')
}

async function main(): Promise<void> {
  if (process.argv.length > 2) {
    process.stderr.write('用法：npm run -s channels\n列出每个渠道的二维码图片地址，拿去印刷。\n')
    process.exitCode = 2
    return
  }
  const db = createDb(readSomeSettings(process.env, ['DATABASE_URL']).DATABASE_URL, migrations)
  try {
    process.stdout.write(`${channelsText(await db.tx((tx) => channelQueries.all(tx)))}\n`)
  } finally {
    await db.close()
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) await main()
