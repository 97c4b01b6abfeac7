import { expect, it } from 'vitest'
import { leftOut } from '../core/db/define-table.ts'
import { nothing } from '../core/kernel/nothing.ts'
import { defineCapability } from '../records/define-capability.ts'
import { wire } from './wire.ts'

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
const toast = defineCapability({
  ...said,
  name: 'toast',
  needs: ['bread'],
  create: ({ bread, heat }: { bread: { slices: number }; heat: string }) => ({ text: `${bread.slices} ${heat}` }),
})

it('makes each once, after what it needs, whatever the order of the list', () => {
  let made = 0
  const counted = defineCapability({ ...said, name: 'bread', needs: [], create: () => ({ slices: ++made }) })
  const jam = defineCapability({
    ...said,
    name: 'jam',
    needs: ['bread', 'toast'],
    create: ({ toast }: { toast: { text: string } }) => ({ on: toast.text }),
  })
  const { world } = wire([jam, toast, counted], { heat: 'hot' })
  expect([world.jam.on, world.bread.slices, made]).toEqual(['1 hot', 1, 1])
})

it('gives what they offer in the order of the list, with the handlers that the manifests promise', () => {
  const late = defineCapability({
    ...said,
    name: 'late',
    needs: [],
    renames: () => Promise.resolve(),
    identified: () => Promise.resolve(),
    create: () => ({ jobs: [] }),
  })
  const { offers } = wire([toast, late, bread], { heat: 'hot' })
  expect(offers.map(({ subscriptions }) => subscriptions?.map((one) => [one.name, one.kind.kind]))).toEqual([
    [],
    [
      ['late.follow-rename', 'staff.renamed'],
      ['late.match', 'customer.identified'],
    ],
    [],
  ])
})

it('names what nobody offers, and a circle', () => {
  const orphan = defineCapability({ ...said, name: 'orphan', needs: ['honey'], create: () => ({}) })
  expect(() => wire([orphan], {})).toThrow('no capability is called honey')
  const egg = defineCapability({ ...said, name: 'egg', needs: ['hen'], create: () => ({}) })
  const hen = defineCapability({ ...said, name: 'hen', needs: ['egg'], create: () => ({}) })
  expect(() => wire([egg, hen], {})).toThrow('egg → hen → egg is a circle')
})
