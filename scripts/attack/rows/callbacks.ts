import type { Target } from '../open-target.ts'
import { createScore, type Row } from '../row.ts'
import { type Callback, sealedCallback } from '../sign.ts'

const post = (target: Target, { query, body }: Callback) =>
  target.ask(`/wecom/callback?${new URLSearchParams(query)}`, { method: 'POST', body })
const stored = (target: Target) => target.count("inbound_event WHERE payload LIKE '%attack_only%'")

const flip = (text: string, at: number): string => {
  const here = text.charCodeAt(at)
  return text.slice(0, at) + String.fromCharCode(here === 0x41 ? 0x42 : 0x41) + text.slice(at + 1)
}

/** A real callback with something else in it, in each of its parts. */
function* mutations({ query, body }: Callback, count: number): Iterable<[string, Callback]> {
  const sealedAt = body.indexOf('<Encrypt>') + '<Encrypt>'.length
  const sealedEnd = body.indexOf('</Encrypt>')
  for (let n = 0; n < count; n++) {
    const at = sealedAt + Math.floor(((sealedEnd - sealedAt) * n) / count)
    yield [`a letter of the ciphertext, ${at - sealedAt}`, { query, body: flip(body, at) }]
  }
  for (const key of Object.keys(query)) {
    const { [key]: value = '', ...rest } = query
    yield [`no ${key}`, { query: rest, body }]
    yield [`an empty ${key}`, { query: { ...query, [key]: '' }, body }]
    yield [`another ${key}`, { query: { ...query, [key]: flip(value, 0) }, body }]
    yield [`a longer ${key}`, { query: { ...query, [key]: `${value}0` }, body }]
  }
  const bodies: [string, string][] = [
    ['nothing', ''],
    ['no XML', 'x'],
    ['no ciphertext', '<xml></xml>'],
    ['an empty ciphertext', '<xml><Encrypt></Encrypt></xml>'],
    ['JSON', '{"Encrypt":"x"}'],
    ['two ciphertexts', body.replace('</xml>', '<Encrypt>AAAA</Encrypt></xml>')],
    ['an entity', `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>${body.replace('<Encrypt>', '<Encrypt>&e;')}`],
    [
      'a thousand entities',
      `<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">${'<!ENTITY b "&a;&a;">'.repeat(50)}]><xml><Encrypt>&b;</Encrypt></xml>`,
    ],
    ['a hundred thousand tags', '<a>'.repeat(60_000)],
    ['300 KB', `<xml><Encrypt>${'A'.repeat(300_000)}</Encrypt></xml>`],
  ]
  for (const [what, odd] of bodies) yield [what, { query, body: odd }]
}

export const callbacks: Row = {
  name: 'callbacks',
  says: 'mutated signed callbacks, and real ones in between',
  run: async (target, extent) => {
    const score = createScore()
    const before = await stored(target)
    let slowestMs = 0
    let real = 0
    for (let round = 0; round < (extent === 'short' ? 2 : 50); round++) {
      const callback = sealedCallback(target, `wmAttack${round}`)
      for (const [what, odd] of mutations(callback, extent === 'short' ? 40 : 200)) {
        const startedAt = performance.now()
        const { status } = await post(target, odd)
        slowestMs = Math.max(slowestMs, performance.now() - startedAt)
        score.note(`${what}: ${status}`, status >= 400 && status < 500)
      }
      const { status, text } = await post(target, callback)
      real += 1
      score.note(`the real one: ${status}`, status === 200 && text === 'success')
    }
    const kept = (await stored(target)) - before
    score.note(`${kept} are kept of ${real} real ones`, kept === real)
    return score.outcome([`slowest answer ${slowestMs.toFixed(0)} ms`])
  },
}

export const replays: Row = {
  name: 'replays',
  says: 'the same callback again, too early, too late, and as an echo',
  run: async (target) => {
    const score = createScore()
    const before = await stored(target)
    const callback = sealedCallback(target, 'wmReplay')
    for (let n = 0; n < 5; n++) {
      const { status } = await post(target, callback)
      score.note(`again: ${status}`, status === 200)
    }
    score.note('it is kept more than once', (await stored(target)) === before + 1)
    for (const offSec of [-86_400, -605, 605, 86_400]) {
      const { status } = await post(target, sealedCallback(target, 'wmLate', offSec))
      score.note(`${offSec} s away: ${status}`, status === 403)
    }
    const echostr = /<Encrypt>(.*)<\/Encrypt>/.exec(callback.body)?.[1] ?? ''
    const { status, text } = await target.ask(`/wecom/callback?${new URLSearchParams({ ...callback.query, echostr })}`)
    score.note(`a message as an echo: ${status}`, status === 403 && !text.includes('wmReplay'))
    score.note('one too early or too late is kept', (await stored(target)) === before + 1)
    return score.outcome()
  },
}
