import ts from 'typescript'
import { sqlChanges } from './sql-changes.ts'

/** One small change to one file: the text from `start` to `end` becomes `text`. */
export interface Mutant {
  file: string
  /** From 1. */
  line: number
  start: number
  end: number
  text: string
  /** What it does, for the one who reads the report: `>= becomes >`. */
  says: string
}

const SWAPPED: ReadonlyMap<ts.SyntaxKind, string> = new Map([
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
  [ts.SyntaxKind.PlusToken, '-'],
  [ts.SyntaxKind.MinusToken, '+'],
  [ts.SyntaxKind.AsteriskToken, '/'],
  [ts.SyntaxKind.SlashToken, '*'],
])

type Change = Pick<Mutant, 'start' | 'end' | 'text' | 'says'>

const isText = (node: ts.Node): boolean => ts.isStringLiteralLike(node) || ts.isTemplateExpression(node)
/** What is only said or counted, no customer notices. */
const isTalk = (text: string): boolean => /^(await )?(log|metrics?|console|say)\b/.test(text)

function changesAt(node: ts.Node, source: ts.SourceFile): Change[] {
  const change = (of: ts.Node, text: string, says: string): Change[] => [
    { start: of.getStart(source), end: of.end, text, says },
  ]
  if (ts.isBinaryExpression(node)) {
    const swapped = SWAPPED.get(node.operatorToken.kind)
    if (swapped === undefined || isText(node.left) || isText(node.right)) return []
    return change(node.operatorToken, swapped, `${node.operatorToken.getText(source)} becomes ${swapped}`)
  }
  if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
    return change(node, node.operand.getText(source), '! is left out')
  }
  if (ts.isIfStatement(node) || ts.isConditionalExpression(node)) {
    const condition = ts.isIfStatement(node) ? node.expression : node.condition
    return ['true', 'false'].flatMap((text) => change(condition, text, `the condition is always ${text}`))
  }
  if (node.kind === ts.SyntaxKind.TrueKeyword && !ts.isLiteralTypeNode(node.parent))
    return change(node, 'false', 'true becomes false')
  if (node.kind === ts.SyntaxKind.FalseKeyword && !ts.isLiteralTypeNode(node.parent))
    return change(node, 'true', 'false becomes true')
  if (ts.isExpressionStatement(node) && !isTalk(node.getText(source)))
    return change(node, '{}', 'the statement is left out')
  if (ts.isTemplateExpression(node) || ts.isNoSubstitutionTemplateLiteral(node) || ts.isStringLiteral(node)) {
    const start = node.getStart(source)
    return sqlChanges(node.getText(source)).map((one) => ({ ...one, start: start + one.start, end: start + one.end }))
  }
  return []
}

/** Every change that we know how to make to a file, in the order of its text. */
export function findMutants(file: string, code: string): Mutant[] {
  const source = ts.createSourceFile(file, code, ts.ScriptTarget.Latest, true)
  const mutants: Mutant[] = []
  const visit = (node: ts.Node): void => {
    if (ts.isIfStatement(node) && isTalk(node.thenStatement.getText(source)) && node.elseStatement === undefined) return
    if (ts.isImportDeclaration(node) || ts.isTypeAliasDeclaration(node) || ts.isInterfaceDeclaration(node)) return
    for (const change of changesAt(node, source)) {
      mutants.push({ file, line: source.getLineAndCharacterOfPosition(change.start).line + 1, ...change })
    }
    ts.forEachChild(node, visit)
  }
  visit(source)
  return mutants.sort((a, b) => a.start - b.start)
}
