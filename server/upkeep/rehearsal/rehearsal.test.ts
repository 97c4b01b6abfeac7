import { expect, test } from 'vitest'
import { raw } from '../../core/db/sql.ts'
import { createSettableClock } from '../../core/kernel/clock.ts'
import { createAgreeingPlatform } from './agreeing-platform.ts'
import { openScratch } from './scratch.ts'

const NOW = Date.parse('2026-11-22T09:00:00+08:00')

test('the platform of a rehearsal agrees to what we do and answers nothing else', async () => {
  const platform = createAgreeingPlatform(createSettableClock(NOW))
  await expect(platform.contacts.sendWelcome({ welcome_code: 'c', text: { content: '您好' } })).resolves.toEqual({})
  await expect(platform.contacts.get('wm1')).rejects.toMatchObject({ code: 'rehearsal.not-asked', retry: 'never' })
  await expect(platform.staff.get('zhangsan')).rejects.toMatchObject({ code: 'rehearsal.not-asked' })
})

test('a view cannot write', async () => {
  const scratch = await openScratch()
  await expect(
    // A view has no method that writes; a statement that does so all the same is refused by the database.
    scratch.view((tx) =>
      tx.rows(raw(`INSERT INTO sop_occurrence (scan_key, at, state, started_at) VALUES ('a', 1, 'c', 1)`)),
    ),
  ).rejects.toThrow()
  await scratch.tx((tx) =>
    tx.run(raw(`INSERT INTO sop_occurrence (scan_key, at, state, started_at) VALUES ('a', 1, 'c', 1)`)),
  )
  await scratch.close()
})
