import { leftOut } from '../core/db/define-table.ts'
import { nothing } from '../core/kernel/nothing.ts'
import { defineCapability } from '../records/define-capability.ts'
import { wire } from './wire.ts'

/* Never run: the compiler refuses a capability that is not given what its `create` asks for. */

const said = {
  tables: [],
  facts: [],
  events: [],
  rewind: leftOut('a test'),
  renames: nothing('a test'),
  ruleNames: nothing('a test'),
  identified: nothing('a test'),
}
const bread = defineCapability({ ...said, name: 'bread', needs: [], create: () => ({ slices: 2 }) })
const create = ({ bread, heat }: { bread: { slices: number }; heat: string }) => ({ text: `${bread.slices} ${heat}` })
const toast = defineCapability({ ...said, name: 'toast', needs: ['bread'], create })
const forgetful = defineCapability({ ...said, name: 'toast', needs: [], create })

wire([toast, bread], { heat: 'hot' })
// @ts-expect-error `forgetful` does not say that it needs bread
wire([forgetful, bread], { heat: 'hot' })
// @ts-expect-error nobody offers bread
wire([toast], { heat: 'hot' })
// @ts-expect-error the base has no heat
wire([toast, bread], {})
// @ts-expect-error the heat is no number
wire([toast, bread], { heat: 1 })
