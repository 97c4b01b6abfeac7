import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'
import { readEventXml } from './callback-body.ts'
import { toInboundEvent } from './inbound-event.ts'
import index from './testing/events/index.json' with { type: 'json' }

const FOLDER = new URL('./testing/events/', import.meta.url)
const RECEIVED_AT = Date.parse('2026-01-01T15:00:00+08:00')
const sample = (file: string): string => readFileSync(new URL(file, FOLDER), 'utf8')
const event = (xml: string) => toInboundEvent(readEventXml(xml), RECEIVED_AT)

/** Sample file (without its ending) → kind; every other sample is kept as unknown. */
const KINDS: Record<string, string> = {
  'change_external_contact.add_external_contact': 'wecom.change_external_contact.add_external_contact',
  'change_external_contact.add_external_contact.no_state': 'wecom.change_external_contact.add_external_contact',
  'change_external_contact.add_half_external_contact': 'wecom.change_external_contact.add_half_external_contact',
  'change_external_contact.edit_external_contact': 'wecom.change_external_contact.edit_external_contact',
  'change_external_contact.del_external_contact': 'wecom.change_external_contact.del_external_contact',
  'change_external_contact.del_follow_user': 'wecom.change_external_contact.del_follow_user',
  'change_external_contact.transfer_fail.customer_refused': 'wecom.change_external_contact.transfer_fail',
  'change_external_contact.transfer_fail.customer_limit_exceed': 'wecom.change_external_contact.transfer_fail',
  'change_external_contact.msg_audit_approved': 'wecom.change_external_contact.msg_audit_approved',
  'change_external_chat.create': 'wecom.change_external_chat.create',
  'change_external_chat.dismiss': 'wecom.change_external_chat.dismiss',
  'change_external_chat.update.add_member.invited': 'wecom.change_external_chat.update',
  'change_external_chat.update.add_member.qr': 'wecom.change_external_chat.update',
  'change_external_chat.update.change_name': 'wecom.change_external_chat.update',
  'change_external_chat.update.change_notice': 'wecom.change_external_chat.update',
  'change_external_chat.update.change_owner': 'wecom.change_external_chat.update',
  'change_external_chat.update.del_member.left': 'wecom.change_external_chat.update',
  'change_external_chat.update.del_member.removed': 'wecom.change_external_chat.update',
  'change_external_tag.create.tag': 'wecom.change_external_tag.create',
  'change_external_tag.create.tag_group': 'wecom.change_external_tag.create',
  'change_external_tag.update.tag': 'wecom.change_external_tag.update',
  'change_external_tag.update.tag_group': 'wecom.change_external_tag.update',
  'change_external_tag.update.strategy_tag': 'wecom.change_external_tag.update',
  'change_external_tag.delete.tag': 'wecom.change_external_tag.delete',
  'change_external_tag.delete.tag_group': 'wecom.change_external_tag.delete',
  'change_external_tag.shuffle': 'wecom.change_external_tag.shuffle',
  'change_external_tag.shuffle.strategy': 'wecom.change_external_tag.shuffle',
  'change_contact.create_user': 'wecom.change_contact.create_user',
  'change_contact.update_user': 'wecom.change_contact.update_user',
  'change_contact.update_user.minimal': 'wecom.change_contact.update_user',
  'change_contact.delete_user': 'wecom.change_contact.delete_user',
}
const files = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.xml'))
  .sort()

/** The same fields in the opposite order, each on one line, without CDATA where the text allows it. */
function rewrite(xml: string): string {
  const elements = [...xml.matchAll(/^\t<(\w+)>[\s\S]*?<\/\1>$/gm)].map(([element]) => element)
  const bare = elements.reverse().map((element) => element.replaceAll(/<!\[CDATA\[([^<&\]]*)\]\]>/g, '$1'))
  return `<xml>${bare.map((element) => element.replaceAll(/>\s+</g, '><').trim()).join('')}</xml>`
}

describe('all samples', () => {
  it('are there, as many as the index names', () => {
    expect(files).toHaveLength(73)
    expect(files).toEqual(index.samples.map((entry) => entry.file).sort())
  })

  it.each(files)('%s has its kind', (file) => {
    const kind = KINDS[file.replace(/\.xml$/, '')] ?? 'wecom.unknown'
    expect(event(sample(file)).kind).toBe(kind)
  })

  it.each(files)('%s keeps its key when sent again in another order and layout', (file) => {
    const again = rewrite(sample(file))
    expect(again).not.toBe(sample(file))
    expect(event(again)).toEqual(event(sample(file)))
  })

  it('have as many different keys', () => {
    const keys = new Set(files.map((file) => event(sample(file)).dedupeKey))
    expect(keys.size).toBe(73)
    for (const key of keys) expect(key.length).toBeLessThanOrEqual(120)
  })
})

const added = (changes: Record<string, string> = {}): string => {
  const fields: Record<string, string> = {
    ToUserName: 'ww1',
    FromUserName: 'sys',
    CreateTime: '1767251460',
    MsgType: 'event',
    Event: 'change_external_contact',
    ChangeType: 'add_external_contact',
    UserID: 'zhangsan',
    ExternalUserID: 'wm1',
    ...changes,
  }
  return `<xml>${Object.entries(fields)
    .map(([name, value]) => `<${name}><![CDATA[${value}]]></${name}>`)
    .join('')}</xml>`
}

describe('one event', () => {
  it('has its own time, its fields and the welcome lane', () => {
    expect(event(sample('change_external_contact.add_external_contact.xml'))).toMatchObject({
      lane: 'welcome',
      eventAtMs: Date.parse('2026-01-01T15:11:00+08:00'),
      payload: {
        UserID: 'zhangsan',
        ExternalUserID: 'wmEpXaDQAA8J1mWqk9z4uT0cVn2LxRfg',
        State: 'cw_9f2c71a4',
        WelcomeCode: 'CALLBACK_xK7dQ2mZr8TnVb4hLp0WsY',
      },
    })
  })

  it('goes in the normal lane without a welcome code', () => {
    expect(event(added()).lane).toBe('normal')
    expect(event(added({ WelcomeCode: '' })).lane).toBe('normal')
  })

  it('of two customers in one second is two', () => {
    expect(event(added({ ExternalUserID: 'wm2' })).dedupeKey).not.toBe(event(added()).dedupeKey)
  })

  it('delivered twice is one', () => {
    expect(event(added()).dedupeKey).toBe(event(added()).dedupeKey)
  })

  it('a second later is another', () => {
    expect(event(added({ CreateTime: '1767251461' })).dedupeKey).not.toBe(event(added()).dedupeKey)
  })

  it('does not take a value for part of its neighbour', () => {
    const keyOf = (fields: Record<string, string>): string => event(added(fields)).dedupeKey
    expect(keyOf({ UserID: 'a,ZZ:b' })).not.toBe(keyOf({ UserID: 'a', ZZ: 'b' }))
    expect(keyOf({ UserID: 'a","ZZ":"b' })).not.toBe(keyOf({ UserID: 'a', ZZ: 'b' }))
  })
})

describe('what nobody knows', () => {
  it('is kept whole', () => {
    const strange = event(added({ ChangeType: 'teleport_external_contact', Extra: '你好' }))
    expect(strange.kind).toBe('wecom.unknown')
    expect(strange.payload).toMatchObject({
      why: 'an event without a handler',
      raw: { ChangeType: 'teleport_external_contact', Extra: '你好', ExternalUserID: 'wm1' },
    })
  })

  it('a known event with a missing field is kept with the reason', () => {
    const xml = added().replace(/<ExternalUserID>.*?<\/ExternalUserID>/, '')
    const { kind, payload } = event(xml)
    expect(kind).toBe('wecom.unknown')
    expect(payload).toMatchObject({
      why: expect.stringContaining('wecom.change_external_contact.add_external_contact with wrong fields'),
      raw: { UserID: 'zhangsan' },
    })
  })

  it('a known event with an empty id is kept, too', () => {
    expect(event(added({ UserID: '' })).kind).toBe('wecom.unknown')
  })

  it('an impossible time gives way to the time of receipt', () => {
    for (const CreateTime of ['', 'soon', '-5', '99999999999999']) {
      expect(event(added({ CreateTime })).eventAtMs).toBe(RECEIVED_AT)
    }
  })

  it('an empty document is kept', () => {
    expect(event('<xml></xml>')).toMatchObject({ kind: 'wecom.unknown', lane: 'normal', eventAtMs: RECEIVED_AT })
  })
})
