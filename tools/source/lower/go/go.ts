import type { Statement } from '../../program.ts'
import type { Syntax } from '../../syntax/syntax.ts'
import { createLowering, type LoweredFile } from '../lower.ts'
import { expression } from './expressions.ts'
import { statements } from './statements.ts'

/** Reads a file of Go. */
export function lowerGo(root: Syntax, file: LoweredFile): Statement[] {
  return createLowering(file, { statements, expression }).statements(root.named)
}
