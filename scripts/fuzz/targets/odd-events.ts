import { raw } from '../../../server/core/db/sql.ts'
import { MINUTE_MS } from '../../../server/core/kernel/shanghai.ts'
import { shorterTexts } from '../edit-text.ts'
import { openKnownWorld } from '../known-world.ts'
import { oddEvent } from '../odd-plaintext.ts'
import { sealOdd } from '../seal-odd.ts'
import { type Bench, defineTarget, type Verdict } from '../target.ts'

/** A decrypted event, latin1 bytes: documented, but for some of its values. */
interface EventCase {
  plaintext: string
}

async function open(): Promise<Bench<EventCase>> {
  const world = await openKnownWorld()
  const { t, mistakes } = world
  let n = 0

  async function post({ plaintext }: EventCase): Promise<number> {
    n += 1
    const timestamp = String(Math.floor(t.clock.now() / 1_000))
    const nonce = `n${n}`
    const { encrypt, signature } = sealOdd(Buffer.from(plaintext, 'latin1'), { timestamp, nonce })
    const query = new URLSearchParams({ msg_signature: signature, timestamp, nonce })
    const answer = await t.huoshui.app.inject({
      method: 'POST',
      url: `/wecom/callback?${query}`,
      payload: `<xml><Encrypt><![CDATA[${encrypt}]]></Encrypt></xml>`,
    })
    return answer.statusCode
  }

  async function play(one: EventCase): Promise<Verdict> {
    const status = await post(one)
    await t.settle()
    const failed = await t.rawRows<{ kind: string; last_error: string; state: string }>(
      "SELECT kind, state, last_error FROM inbound_event WHERE last_error IS NOT NULL OR state = 'dead' LIMIT 1",
    )
    const [newest] = await t.rawRows<{ state: string }>('SELECT state FROM inbound_event ORDER BY id DESC LIMIT 1')
    const ended = status === 200 ? (newest?.state ?? 'nothing') : `refused ${status}`
    const [fault] = failed
    if (fault !== undefined) {
      await t.db.tx((tx) => tx.run(raw('UPDATE inbound_event SET state = ?, last_error = NULL', ['done'])))
      return { ended, wrong: `an event that cannot be handled: ${fault.kind} ${fault.last_error}` }
    }
    const mistake = await mistakes()
    if (n % 50 === 0) await t.advance(MINUTE_MS)
    return mistake === undefined ? { ended } : { ended, wrong: `a mistake of ours: ${mistake.slice(0, 300)}` }
  }

  return {
    make: (random) => ({ plaintext: oddEvent(random) }),
    play: async (inputs) => {
      const verdicts: Verdict[] = []
      for (const one of inputs) verdicts.push(await play(one))
      return verdicts
    },
    shorten: function* ({ plaintext }) {
      for (const shorter of shorterTexts(plaintext)) yield { plaintext: shorter }
    },
    close: world.close,
  }
}

export const oddEvents = defineTarget<EventCase>({
  name: 'odd-events',
  says: 'documented events with odd values, handled by the whole server: none fails, none is stuck',
  count: 10_000,
  brief: 10,
  batch: 10,
  open,
})
