import { describe, expect, it } from 'vitest'
import { eventSamples, inAnotherOrder, sampleXml } from '../../../testing/event-samples.ts'
import index from '../testing/events/index.json' with { type: 'json' }
import { readEventXml } from './callback-body.ts'
import { WECOM_EVENTS } from './callback-events.ts'
import { toInboundEvent } from './inbound-event.ts'
import { KEPT_EVENTS } from './kept-events.ts'

const RECEIVED_AT = Date.parse('2026-01-01T15:00:00+08:00')
const event = (xml: string) => toInboundEvent(readEventXml(xml), RECEIVED_AT)

describe('all samples', () => {
  it('are there, as many as the index names', () => {
    expect(eventSamples).toHaveLength(73)
    expect(eventSamples.map((name) => `${name}.xml`).sort()).toEqual(index.samples.map((entry) => entry.file).sort())
  })

  it.each(eventSamples)('%s has the kind that its name says', (name) => {
    const { kind } = event(sampleXml(name))
    const [envelope] = name.split('.')
    if (envelope === 'suite') expect(kind).toBe('wecom.suite')
    // A sample may be one of several forms of a kind.
    else expect(`wecom.${name}.`.startsWith(`${kind}.`)).toBe(true)
    expect(kind).not.toBe('wecom.unknown')
  })

  it.each(eventSamples)('%s keeps its key when sent again in another order and layout', (name) => {
    const again = inAnotherOrder(sampleXml(name))
    expect(again).not.toBe(sampleXml(name))
    expect(event(again)).toEqual(event(sampleXml(name)))
  })

  it('have as many different keys', () => {
    const keys = new Set(eventSamples.map((name) => event(sampleXml(name)).dedupeKey))
    expect(keys.size).toBe(73)
    for (const key of keys) expect(key.length).toBeLessThanOrEqual(120)
  })
})

it('no kind is both handled and kept, and each kept one says why', () => {
  const handled = new Set(WECOM_EVENTS.map((one) => one.kind))
  for (const { kind, why } of KEPT_EVENTS) {
    expect(handled.has(kind)).toBe(false)
    expect(why).toMatch(/[\u4e00-\u9fff]{4}/)
  }
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
    expect(event(sampleXml('change_external_contact.add_external_contact'))).toMatchObject({
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
      why: 'an event that is not documented',
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

  it.each([
    ['UserID', 'a'.repeat(65)],
    ['ExternalUserID', '王'.repeat(65)],
  ])(
    'a known event with a %s longer than any of WeCom is kept, instead of failing wherever it is written',
    (name, id) => {
      expect(event(added({ [name]: id })).kind).toBe('wecom.unknown')
      expect(event(added({ [name]: id.slice(1) })).kind).toBe('wecom.change_external_contact.add_external_contact')
    },
  )

  it('an impossible time gives way to the time of receipt', () => {
    for (const CreateTime of ['', 'soon', '-5', '99999999999999']) {
      expect(event(added({ CreateTime })).eventAtMs).toBe(RECEIVED_AT)
    }
  })

  it('an empty document is kept', () => {
    expect(event('<xml></xml>')).toMatchObject({ kind: 'wecom.unknown', lane: 'normal', eventAtMs: RECEIVED_AT })
  })
})
