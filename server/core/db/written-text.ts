import type { Dialect } from './columns.ts'
import { Column, isTable } from './define-table.ts'
import { type Rendering, Sql, type SqlValue } from './sql-piece.ts'

/** What a template was made of, without its values: those are somebody's. */
interface Shape {
  texts: TemplateStringsArray
  parts: readonly (object | typeof VALUE)[]
}
const VALUE = 'value'
const NEVER = 'never'

interface Written {
  shape: Shape
  text: string
  isLocking: boolean
}

/** By their place in the code, of which there are as many as we have written. `NEVER`: that one holds a piece as in `shapeOf`,
 *  and examining it again would cost another rendering each time. */
const written: Record<Dialect, WeakMap<TemplateStringsArray, Written | typeof NEVER>> = {
  sqlite: new WeakMap(),
  mysql: new WeakMap(),
}

const isValue = (part: unknown): part is SqlValue => typeof part !== 'object' || part === null

class Shaped implements Shape {
  readonly texts: TemplateStringsArray
  readonly parts: Shape['parts']

  constructor(texts: TemplateStringsArray, parts: Shape['parts']) {
    this.texts = texts
    this.parts = parts
  }
}

/** Undefined: in it is a piece whose values nobody can tell apart from its text. */
function shapeOf({ texts, parts }: TemplateSql, dialect: Dialect): Shape | undefined {
  const shapes: (object | typeof VALUE)[] = []
  for (const part of parts) {
    if (isValue(part)) shapes.push(VALUE)
    else if (part instanceof TemplateSql) {
      const inner = shapeOf(part, dialect)
      if (inner === undefined) return undefined
      shapes.push(inner)
    } else {
      if (part instanceof Sql && hasValues(part, dialect)) return undefined
      shapes.push(part as object)
    }
  }
  return new Shaped(texts, shapes)
}

function hasValues(piece: Sql, dialect: Dialect): boolean {
  const into: Rendering = { dialect, params: [], text: '' }
  piece.render(into)
  return into.params.length > 0
}

/** Takes the values of a template that is of this shape; false, and some of them are taken, when it is of another. */
function takeValues({ texts, parts }: TemplateSql, shape: Shape, params: SqlValue[]): boolean {
  if (texts !== shape.texts) return false
  for (let nth = 0; nth < parts.length; nth++) {
    const part = parts[nth]
    const known = shape.parts[nth]
    if (isValue(part)) {
      if (known !== VALUE) return false
      params.push(part)
    } else if (part !== known) {
      if (!(part instanceof TemplateSql && known instanceof Shaped && takeValues(part, known, params))) return false
    }
  }
  return true
}

/** Texts of our own, and what stands in the braces between them. The text of most is the same each time, and then it is the
 *  same string: what comes after (the memory of a transaction, the statements that are kept prepared) knows that at a glance. */
export class TemplateSql<Row = unknown> extends Sql<Row> {
  readonly texts: TemplateStringsArray
  readonly parts: readonly unknown[]

  constructor(texts: TemplateStringsArray, parts: readonly unknown[], numbers: readonly string[]) {
    super(nothing, numbers)
    this.texts = texts
    this.parts = parts
  }

  override render(into: Rendering): void {
    const { texts } = this
    const before = written[into.dialect].get(texts)
    const values = into.params.length
    if (before === undefined) this.renderFirst(into)
    else if (before === NEVER) this.renderAnew(into)
    else if (takeValues(this, before.shape, into.params)) {
      into.text = into.text === '' ? before.text : into.text + before.text
      if (before.isLocking) into.isLocking = true
    } else {
      into.params.length = values
      this.renderAnew(into)
    }
  }

  private renderFirst(into: Rendering): void {
    const own: Rendering = { dialect: into.dialect, params: [], text: '' }
    this.renderAnew(own)
    const { text, params, isLocking = false } = own
    into.text += text
    into.params.push(...params)
    if (isLocking) into.isLocking = true
    const shape = shapeOf(this, into.dialect)
    written[into.dialect].set(this.texts, shape === undefined ? NEVER : { shape, text, isLocking })
  }

  private renderAnew(into: Rendering): void {
    const { texts, parts } = this
    for (let nth = 0; nth < texts.length; nth++) {
      into.text += texts[nth]
      if (nth < parts.length) renderPart(parts[nth], into)
    }
  }
}

const nothing = (): void => undefined

export function renderPart(part: unknown, into: Rendering): void {
  if (isValue(part)) {
    into.text += '?'
    into.params.push(part)
  } else if (part instanceof Sql) part.render(into)
  else if (part instanceof Column || isTable(part)) into.text += String(part)
}
