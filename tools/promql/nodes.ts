import type { SyntaxNode } from '@lezer/common'
import { ProblemFound } from './problem.ts'

/** A part that the grammar promises. @throws {ProblemFound} when it is not there after all. */
export function present<Node>(node: Node | null | undefined): Node {
  if (node === null || node === undefined) throw unexpected(0, '')
  return node
}

export function* children(node: SyntaxNode): Generator<SyntaxNode> {
  for (let child = node.firstChild; child !== null; child = child.nextSibling) yield child
}

export function unexpected(at: number, text: string): ProblemFound {
  const reason = text === '' ? 'something is missing' : `"${text.slice(0, 30)}" is not expected here`
  return new ProblemFound({ at, reason, mend: 'Correct the query at this place.' })
}
