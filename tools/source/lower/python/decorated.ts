import type { Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, doing, type Lowering } from '../lower.ts'
import { classFrom } from './classes.ts'
import { functionFrom } from './functions.ts'

/** A definition with its decorators. */
export function decoratedFrom(lowering: Lowering, node: Syntax): Statement[] {
  const definition = node.get('definition')
  if (!definition) return []
  // A decorator is called with the function; those of metrics record each call of it.
  const decorators = node
    .all('')
    .concat(node.children.filter(({ type }) => type === 'decorator'))
    .flatMap((decorator) => decorator.named)
    .map((decorator) => {
      const lowered = lowering.expression(decorator)
      return doing(at(decorator, { kind: 'call', callee: lowered, args: [], named: [] }))
    })
  const isReachable = node.children.some(
    ({ type, text }) =>
      type === 'decorator' &&
      !/^@(staticmethod|classmethod|property)\b|\.(time|count_exceptions|track_inprogress)\(/.test(text),
  )
  const inner: Statement[] =
    definition.type === 'class_definition'
      ? [{ kind: 'class', declared: classFrom(lowering, definition) }]
      : [{ kind: 'function', declared: functionFrom(lowering, definition, { isReachable }) }]
  return [...inner, ...decorators]
}
