import type { LoweredFile } from './lower.ts'
import type { Module } from './program.ts'
import type { Syntax } from './syntax.ts'
export function lowerPython(_root: Syntax, file: LoweredFile): Module {
  return { file: file.file, language: 'python', isTest: file.isTest, body: [] }
}
