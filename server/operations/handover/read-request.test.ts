import { expect, test } from 'vitest'
import { readRequest } from './read-request.ts'

const read = (line: string) => readRequest(line.split(' '))

test('a request is read with its shares, conditions and bounds', () => {
  expect(
    read(
      '--from a --to b,c --give tag:口味/厚切=d --give channel:直播间=e --tag 组/名 --channel 包裹卡 --limit 9 --most 50',
    ),
  ).toEqual({
    request: {
      fromUserId: 'a',
      toUserIds: ['b', 'c'],
      assignments: [
        { by: 'tag', value: '口味/厚切', toUserId: 'd' },
        { by: 'channel', value: '直播间', toUserId: 'e' },
      ],
      tags: ['组/名'],
      channels: ['包裹卡'],
      what: 'customers',
      mostCustomers: 50,
      limit: 9,
    },
    message: undefined,
  })
})

test('customers and groups both move unless something is said about customers', () => {
  expect(read('--from a --to b').request).toMatchObject({ what: 'all', mostCustomers: 5_000 })
  expect(read('--from a --to b --channel 包裹卡').request.what).toBe('customers')
  expect(read('--from a --to b --what groups').request.what).toBe('groups')
})

test.each([
  ['no guide to hand over from', '--to b', '要用 --from 写明从哪位成员转出（账号）。'],
  ['no new guide', '--from a', '要用 --to 或 --give 写明转给谁（账号）。'],
  ['groups without a new owner', '--from a --what all --give channel:x=b', '群要转给谁请用 --to 写明'],
  ['a count that is none', '--from a --to b --limit 0', '--limit 后面要写一个大于 0 的整数。'],
  ['a share without tag: or channel:', '--from a --give 厚切=b', '--give 厚切=b 读不懂'],
  ['an option that does not exist', '--from a --to b --force', '读不懂 --force：没有这个选项，或少了它的值。'],
  ['an option without its value', '--from a --to', '读不懂 --to'],
  [
    'something else to move',
    '--from a --to b --what x',
    '--what 只能是 customers（客户）、groups（群）或 all（都转）。',
  ],
  ['a message of 201 characters', `--from a --to b --message ${'长'.repeat(201)}`, '--message 最多 200 个字。'],
])('%s is refused with what to write', (_what, line, zh) => {
  expect(() => read(line)).toThrow(expect.objectContaining({ zh: expect.stringContaining(zh) }))
})
