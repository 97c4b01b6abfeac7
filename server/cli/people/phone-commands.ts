import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { createPhoneHash } from '../../records/customers/phone-hash.ts'
import { PHONE_SETTINGS, phoneSecrets, readSomeSettings } from '../../settings.ts'
import { maskStored } from '../../upkeep/people/mask-stored.ts'
import { rehashPhones } from '../../upkeep/people/rehash-phones.ts'
import { cliFault } from '../frame/cli-fault.ts'
import { defineCommand } from '../frame/command.ts'
import { text } from '../frame/slot.ts'
import { table } from '../frame/table.ts'
import { createProgressLine } from '../progress-line.ts'

export const maskPhonesCommand = defineCommand({
  name: 'mask-phones',
  audited: 'change',
  scope: 'owner',
  says: '把以前存下的文字里的手机号改成 138****1111；新进来的本来就会这样改',
  more: '包括备注、问卷、商品名、时间线、事件。导购写的描述没有地方显示，整列清空。还没做完的动作不动。可以中断，再运行一次就接着做。',
  run: async (_values, desk) => {
    const db = await desk.db()
    const counts = await maskStored(db, (name) => desk.screen.note(`${name}……`))
    const rows = [...counts].map(([column, changed]) => [column, String(changed)])
    return {
      text: rows.length === 0 ? '没有要改的。' : table([['列', '改了几行'], ...rows]),
      data: { columns: counts },
      changed: [...counts].map(([column, rows]) => ({ of: column, after: { masked: rows } })),
    }
  },
})

export const rehashPhonesCommand = defineCommand({
  name: 'rehash-phones',
  audited: 'change',
  scope: 'owner',
  says: '换了 PHONE_SECRET 以后，用一份手机号名单把存着的哈希换成新的',
  more: [
    '文件一行一个手机号，例如商城的会员名单。要同时设着新的 PHONE_SECRET 和旧的 OLD_PHONE_SECRET。',
    '从哈希算不回手机号，名单里没有的换不了：导购备注里的手机号，下一次同步自己会换；还在等客户的旧订单，商城重推或重新导入一次就换。',
    'OLD_PHONE_SECRET 设着的时候，新旧都对得上；都换好了再去掉它。可以中断，再运行一次就接着做。',
  ].join('\n'),
  words: { file: text('文件', '一行一个手机号') },
  run: async ({ file }, desk) => {
    const [now, before] = phoneSecrets(readSomeSettings(desk.env, PHONE_SETTINGS))
    if (before === undefined) throw cliFault('no', '还没有设 OLD_PHONE_SECRET：写上换之前的 PHONE_SECRET。')
    const size = await stat(file).then(
      (info) => (info.isFile() ? info.size : undefined),
      () => undefined,
    )
    if (size === undefined) throw cliFault('no', `找不到文件 ${file}，请检查路径。`)
    const stream = createReadStream(file, 'utf8')
    const progress = createProgressLine({ screen: desk.screen, total: size })
    const done = await rehashPhones(await desk.db(), createInterface({ input: stream }), {
      from: createPhoneHash(before),
      to: createPhoneHash(now),
      onProgress: ({ phones }) => progress.show(stream.bytesRead, `${phones} 个手机号`),
    })
    progress.clear()
    return {
      text: `读了 ${done.phones} 个手机号，换了 ${done.rows} 行；${done.unreadable} 行不是手机号。`,
      data: done,
      changed:
        done.rows === 0 ? [] : [{ of: 'phones', before: { secret: 'old' }, after: { secret: 'new', rows: done.rows } }],
    }
  },
})
