import type { Expression, Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { at, blockOf, expressionsOf, name, nothing, opaque } from '../lower.ts'
import type { RustLowering } from './lowering.ts'
import { findCall, insideOf, reparsed } from './reparsed.ts'
import { lastName } from './texts.ts'

/** `lazy_static!` and the like hold items. */
export function itemsOf(lowering: RustLowering, node: Syntax): Statement[] | undefined {
  const called = lastName(node.get('macro')?.text ?? '')
  if (called !== 'lazy_static' && called !== 'thread_local') return undefined
  const inner = insideOf(node).replace(/static\s+ref\s/g, (match) => 'static'.padEnd(match.length))
  return lowering.statements(reparsed(lowering, inner, node).named)
}

/** What a macro is given, read as the arguments of a call, or else as statements. */
export function macroFrom(lowering: RustLowering, node: Syntax): Expression {
  const called = lastName(node.get('macro')?.text ?? '')
  const inner = insideOf(node)
  // Deeply nested macros are read again at every level.
  if (lowering.depth > 6) return nothing(node)
  lowering.depth++
  try {
    if (called === 'format' || called === 'concat') return formatFrom(lowering, node, called)
    const isMetric = /^(increment_|decrement_|describe_|absolute_)?(counter|gauge|histogram)$|^labels$/.test(
      called,
    )
    const args = reparsed(
      lowering,
      `(${isMetric ? inner.replaceAll('=>', ' ,') : inner})`,
      node,
      'fn _m() { _m',
      '; }',
    )
    const call = findCall(args)
    if (!call) {
      const body = reparsed(lowering, `{${inner}}`, node, 'fn _m() ').named[0]?.get('body')
      return at(node, { kind: 'body', body: blockOf(lowering, body) })
    }
    const items = expressionsOf(lowering, call.get('arguments')?.named ?? [])
    if (called === 'vec') return at(node, { kind: 'list', items })
    return at(node, { kind: 'call', callee: name(node, `${called}!`), args: items, named: [] })
  } finally {
    lowering.depth--
  }
}

function formatFrom(lowering: RustLowering, node: Syntax, called: string): Expression {
  const call = findCall(reparsed(lowering, `(${insideOf(node)})`, node, 'fn _m() { _m', '; }'))
  const [first, ...rest] = expressionsOf(lowering, call?.get('arguments')?.named ?? [])
  if (!first) return nothing(node)
  if (called === 'concat') return at(node, { kind: 'join', parts: [first, ...rest] })
  if (first.kind !== 'string') return opaque(node, [first, ...rest])
  let position = 0
  const parts = first.value.split(/(\{[^}]*\})/).map((part): Expression => {
    const hole = /^\{(\w*)/.exec(part)
    if (!hole) return at(node, { kind: 'string', value: part })
    return hole[1] ? name(node, hole[1]) : (rest[position++] ?? nothing(node))
  })
  return at(node, { kind: 'join', parts })
}
