import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { readCallbackBody, readEventXml } from './callback-body.ts'

const refusal = expect.objectContaining({ code: 'callback.bad-body', status: 400 })

describe('the envelope', () => {
  it('is read from XML', () => {
    const body =
      '<xml>\n<ToUserName><![CDATA[ww1]]></ToUserName>\n<AgentID><![CDATA[218]]></AgentID>\n<Encrypt><![CDATA[aGk=]]></Encrypt>\n</xml>'
    expect(readCallbackBody(body)).toEqual({ encrypt: 'aGk=', toUserName: 'ww1', agentId: '218' })
  })

  it('is read without agent id, without CDATA and in another order', () => {
    const body = '<xml><Encrypt>aGk=</Encrypt><AgentID></AgentID><ToUserName>ww1</ToUserName></xml>'
    expect(readCallbackBody(body)).toEqual({ encrypt: 'aGk=', toUserName: 'ww1' })
  })

  it('is read with an XML declaration in front', () => {
    const body = '<?xml version="1.0" encoding="UTF-8"?><xml><Encrypt>aGk=</Encrypt></xml>'
    expect(readCallbackBody(body)).toEqual({ encrypt: 'aGk=' })
  })

  it('is read from JSON', () => {
    const body = ' {"tousername":"ww1","encrypt":"aGk=","agentid":"218"}'
    expect(readCallbackBody(body)).toEqual({ encrypt: 'aGk=', toUserName: 'ww1', agentId: '218' })
  })

  const bomb = `<!DOCTYPE x [<!ENTITY a "ha">${'<!ENTITY b "&a;&a;&a;&a;">'.repeat(10)}]><xml><Encrypt>&b;</Encrypt></xml>`
  it.each([
    ['empty', ''],
    ['text', 'hello'],
    ['cut short', '<xml><Encrypt><![CDATA[aGk='],
    ['without ciphertext', '<xml><ToUserName>ww1</ToUserName></xml>'],
    ['with an empty ciphertext', '<xml><Encrypt></Encrypt></xml>'],
    ['with two ciphertexts', '<xml><Encrypt>a</Encrypt><Encrypt>b</Encrypt></xml>'],
    ['with another root', '<html><Encrypt>a</Encrypt></html>'],
    ['with two roots', '<xml><Encrypt>a</Encrypt></xml><xml></xml>'],
    ['with a list of JSON', '[{"encrypt":"a"}]'],
    ['with broken JSON', '{"encrypt":'],
    ['with JSON without ciphertext', '{"tousername":"ww1"}'],
    ['an XML bomb', bomb],
    [
      'with an outside entity',
      '<!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]><xml><Encrypt>&a;</Encrypt></xml>',
    ],
    ['with a DOCTYPE in lower case', '<!doctype x><xml><Encrypt>a</Encrypt></xml>'],
    ['with an unsafe name', '<xml><Encrypt>a</Encrypt><__proto__><b>1</b></__proto__></xml>'],
  ])('is refused when %s', (_name, body) => {
    expect(() => readCallbackBody(body)).toThrow(refusal)
  })

  it.each([
    ['openings of CDATA', '<![CDATA['.repeat(25_000)],
    ['nested elements', '<a>'.repeat(80_000)],
    ['brackets', `<xml><Encrypt><![CDATA[${']'.repeat(240_000)}`],
  ])('is refused quickly when it is 240 KB of %s', (_name, body) => {
    const startedAt = performance.now()
    expect(() => readCallbackBody(body)).toThrow(refusal)
    expect(performance.now() - startedAt).toBeLessThan(1_000)
  })

  it('never throws anything but a refusal', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string(),
          fc.string().map((text) => `<xml><Encrypt>${text}</Encrypt></xml>`),
        ),
        (body) => {
          try {
            readCallbackBody(body)
          } catch (error) {
            expect(error).toEqual(refusal)
          }
        },
      ),
    )
  })
})

describe('the event inside', () => {
  it('keeps every value as text', () => {
    const xml = '<xml><MsgId>7586432109876543210</MsgId><CreateTime>1767251460</CreateTime><Count>007</Count></xml>'
    expect(readEventXml(xml)).toEqual({ MsgId: '7586432109876543210', CreateTime: '1767251460', Count: '007' })
  })

  it('reads the same with and without CDATA, in any layout', () => {
    const plain = readEventXml('<xml><State>a&amp;b &lt;c&gt;</State><Name>王 五</Name></xml>')
    const wrapped = readEventXml(
      '<xml>\n\t<State><![CDATA[a&b <c>]]></State>\n\t<Name><![CDATA[王 五]]></Name>\n</xml>',
    )
    expect(plain).toEqual({ State: 'a&b <c>', Name: '王 五' })
    expect(wrapped).toEqual(plain)
  })

  it('takes markup in CDATA for text', () => {
    const text = '<!DOCTYPE x><b>&amp;</b> ]] ]>'
    const flat = `<xml><Content><![CDATA[${text}]]></Content></xml>`
    const nested = `<xml><Content><![CDATA[${text}]]></Content><A><B>1</B></A></xml>`
    expect(readEventXml(flat)).toEqual({ Content: text })
    expect(readEventXml(nested)).toEqual({ Content: text, A: { B: '1' } })
  })

  it('reads members as a list, however they are written', () => {
    const one = '<xml><MemChangeList><Item><![CDATA[wm1]]></Item></MemChangeList></xml>'
    const two = '<xml><MemChangeList>\n<Item><![CDATA[wm1]]></Item>\n<Item>lisi</Item>\n</MemChangeList></xml>'
    const older = '<xml><MemChangeList><![CDATA[wm1,lisi]]></MemChangeList></xml>'
    expect(readEventXml(one)).toEqual({ MemChangeList: ['wm1'] })
    expect(readEventXml(two)).toEqual({ MemChangeList: ['wm1', 'lisi'] })
    expect(readEventXml(older)).toEqual({ MemChangeList: ['wm1', 'lisi'] })
    expect(readEventXml('<xml><MemChangeList></MemChangeList></xml>')).toEqual({ MemChangeList: [] })
  })

  it('reads elements inside elements', () => {
    const xml =
      '<xml><Count>007</Count><ExtAttr><Item><Name>爱好</Name><Text><Value>旅游</Value></Text></Item></ExtAttr><BatchJob><JobId>1</JobId></BatchJob></xml>'
    expect(readEventXml(xml)).toEqual({
      Count: '007',
      ExtAttr: [{ Name: '爱好', Text: { Value: '旅游' } }],
      BatchJob: { JobId: '1' },
    })
  })

  it('reads what was written, whichever of the two readers it falls to', () => {
    const name = fc.stringMatching(/^[A-Z][A-Za-z]{0,8}$/)
    const value = fc.string().filter((text) => !text.includes(']]>') && !text.includes('\r'))
    fc.assert(
      fc.property(fc.dictionary(name, value, { noNullPrototype: true }), (fields) => {
        const elements = Object.entries(fields).map(([key, text]) => `<${key}><![CDATA[${text}]]></${key}>`)
        const { MemChangeList: _list, ...expected } = fields
        const flat = readEventXml(`<xml>${elements.join('\n')}</xml>`)
        const full = readEventXml(`<xml>${elements.join('\n')}<Zz9><Inner>1</Inner></Zz9></xml>`)
        expect(flat).toMatchObject(expected)
        expect(full).toMatchObject(expected)
      }),
    )
  })
})
