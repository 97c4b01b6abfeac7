import type { ReadTx } from '../../core/db/tx.ts'
import { drawn } from '../../core/kernel/draw.ts'
import type { Variants } from '../../rules/book/variants-of.ts'
import type { Condition } from '../../rules/schema/condition.ts'
import { drawKey } from './draw-key.ts'

/** By what the arms of a split are drawn: the same in all runs of a send, whatever it is called by now, and without relation to who is
 *  held out, or to any other send, also of the same campaign. Undefined: nobody draws. Reads only. */
export const splitKey = async (
  tx: ReadTx,
  { name, variants }: { name: string; variants?: Variants | undefined },
): Promise<string | undefined> => (variants?.by === 'split' ? `split:send:${await drawKey(tx, name)}` : undefined)

/** Index of the arm that somebody draws: always the same one while the shares stay as they are. Pure. */
export const armOf = (drawnBy: string, externalUserId: string, { of }: Pick<Variants, 'of'>): number =>
  drawn(
    drawnBy,
    externalUserId,
    of.map(({ weight = 0 }) => weight),
  )

/** The name of the version that each customer gets; undefined: all get the same. `meets`: whom of those who are asked about a condition
 *  holds for. */
export async function variantPicker(
  variants: Variants | undefined,
  { drawnBy, meets }: { drawnBy: string | undefined; meets(condition: Condition): Promise<ReadonlySet<string>> },
): Promise<(externalUserId: string) => string | undefined> {
  if (variants === undefined) return () => undefined
  if (variants.by === 'split') return (id) => variants.of[armOf(drawnBy ?? '', id, variants)]?.name
  const asked: { name: string; met: ReadonlySet<string> | undefined }[] = []
  for (const { name, when } of variants.of)
    asked.push({ name, met: when === undefined ? undefined : await meets(when) })
  return (id) => asked.find(({ met }) => met === undefined || met.has(id))?.name
}
