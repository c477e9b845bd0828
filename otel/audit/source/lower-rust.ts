import type { LoweredFile } from './lower.ts'
import type { Module } from './program.ts'
import type { Syntax } from './syntax.ts'
export function lowerRust(_root: Syntax, file: LoweredFile): Module {
  return { file: file.file, language: 'rust', isTest: file.isTest, body: [] }
}
