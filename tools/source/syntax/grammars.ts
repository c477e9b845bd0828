import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import type { Language, Parser } from '@vscode/tree-sitter-wasm'

export type Grammar = 'typescript' | 'tsx' | 'javascript' | 'go' | 'python' | 'rust'

/** A parser of the grammar; each is loaded once. */
export function loadParser(grammar: Grammar): Promise<Parser> {
  const loading = parsers.get(grammar) ?? load(grammar)
  parsers.set(grammar, loading)
  return loading
}

const require = createRequire(import.meta.url)
let started: Promise<typeof import('@vscode/tree-sitter-wasm')> | undefined
const parsers = new Map<Grammar, Promise<Parser>>()

async function load(grammar: Grammar): Promise<Parser> {
  started ??= startRuntime()
  const { Parser, Language } = await started
  const language: Language = await Language.load(join(grammarFolder(), `tree-sitter-${grammar}.wasm`))
  const parser = new Parser()
  parser.setLanguage(language)
  return parser
}

async function startRuntime(): Promise<typeof import('@vscode/tree-sitter-wasm')> {
  const runtime: typeof import('@vscode/tree-sitter-wasm') = require('@vscode/tree-sitter-wasm')
  await runtime.Parser.init()
  return runtime
}

function grammarFolder(): string {
  return dirname(require.resolve('@vscode/tree-sitter-wasm'))
}
