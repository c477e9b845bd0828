import type { Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import type { LoweredFile } from '../lower.ts'
import { expression } from './expressions.ts'
import type { RustLowering } from './lowering.ts'
import { statements } from './statements.ts'

/** Reads a file of Rust. Inline modules share the names of their file. */
export function lowerRust(root: Syntax, file: LoweredFile): Statement[] {
  const lowering: RustLowering = {
    ...file,
    around: { type: undefined, isTrait: false },
    depth: 0,
    statements: (nodes) => statements(lowering, nodes),
    expression: (node) => expression(lowering, node),
  }
  return lowering.statements(root.named)
}
