import { createTold, type ToldDeps, type ToldSource } from './told.ts'

/** Never run. A source that forgets how its rows find a customer who becomes known later does not compile. */
export function whatCannotBeForgotten(deps: ToldDeps, whole: ToldSource<string>): void {
  createTold(deps, whole)
  const { name, path, parse, record, waiting, settle } = whole
  // @ts-expect-error: nobody could find its waiting rows.
  createTold(deps, { name, path, parse, record, settle })
  // @ts-expect-error: nobody could give a waiting row to its customer.
  createTold(deps, { name, path, parse, record, waiting })
}
