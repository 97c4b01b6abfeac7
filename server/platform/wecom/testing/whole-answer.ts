import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import type { TSchema } from 'typebox'
import type { Call } from '../call.ts'
import { declaredEndpoints, type Endpoint } from '../wire/endpoint.ts'

/** The parts of a schema that matter to an answer. */
export interface Shape {
  type?: string
  const?: unknown
  properties?: Record<string, TSchema>
  required?: string[]
  items?: TSchema
  anyOf?: TSchema[]
  allOf?: TSchema[]
}

/** An answer with every field there, and so many rows in every list. */
export function wholeAnswer(schema: TSchema, rows = 1): unknown {
  const part = (one: TSchema): unknown => wholeAnswer(one, rows)
  const shape: Shape = schema
  if (shape.const !== undefined) return shape.const
  if (shape.anyOf?.[0] !== undefined) return part(shape.anyOf[0])
  if (shape.allOf !== undefined) return Object.assign({}, ...shape.allOf.map(part))
  if (shape.type === 'object') {
    return Object.fromEntries(Object.entries(shape.properties ?? {}).map(([name, one]) => [name, part(one)]))
  }
  const { items } = shape
  if (shape.type === 'array') return items === undefined ? [] : Array.from({ length: rows }, () => part(items))
  if (shape.type === 'integer' || shape.type === 'number') return 1
  return shape.type === 'boolean' ? true : 'text'
}

/** Every endpoint that the client knows, by path. */
export async function everyEndpoint(): Promise<ReadonlyMap<string, Endpoint>> {
  const folder = join(process.cwd(), 'server', 'platform', 'wecom', 'api')
  for (const file of readdirSync(folder)) if (!file.endsWith('.test.ts')) await import(join(folder, file))
  const { createStrategies } = await import('../api/strategies.ts')
  const nobody: Call = () => Promise.reject(new Error('nothing is called here'))
  createStrategies(nobody, 'customer')
  createStrategies(nobody, 'moment')
  return declaredEndpoints()
}
