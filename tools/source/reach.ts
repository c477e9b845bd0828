import type { Recorded } from '../metrics/declared-metric.ts'
import { placesOf } from '../promql/name-in-text.ts'
import type { FunctionDeclaration, LanguageName } from './program.ts'
import type { Recording } from './source-metric.ts'

/** A file as text, for looking where a name occurs. */
export interface SourceText {
  readonly file: string
  readonly text: string
  readonly language: LanguageName
  readonly isTest: boolean
}

type Reach = Recorded['reach']

/**
 * Tells from where code is reached. Without doubt dead is only what no other place even names; whatever might be
 * called by an interface, a framework or from outside counts as the product's.
 */
export class Reachability {
  readonly #texts: readonly SourceText[]
  readonly #functions = new Map<string, FunctionDeclaration[]>()
  readonly #known = new Map<FunctionDeclaration, Reach>()
  readonly #pending = new Set<FunctionDeclaration>()

  constructor(texts: readonly SourceText[], functions: Iterable<FunctionDeclaration>) {
    this.#texts = texts
    for (const declared of functions) {
      const inFile = this.#functions.get(declared.file) ?? []
      inFile.push(declared)
      this.#functions.set(declared.file, inFile)
    }
  }

  of({ isTest, isDeadHere, within }: Recording): Reach {
    if (isTest) return 'test'
    if (isDeadHere) return 'dead'
    return worst(within.map((declared) => this.#ofFunction(declared)))
  }

  #ofFunction(declared: FunctionDeclaration): Reach {
    const known = this.#known.get(declared)
    if (known) return known
    // Functions that name each other alone are named by nobody.
    if (this.#pending.has(declared)) return 'dead'
    this.#pending.add(declared)
    const reach = this.#find(declared)
    this.#pending.delete(declared)
    if (this.#pending.size === 0 || reach === 'product') this.#known.set(declared, reach)
    return reach
  }

  #find(declared: FunctionDeclaration): Reach {
    const { name, isReachable, isTest } = declared
    if (isTest) return 'test'
    if (!name || isReachable || name.length < 2) return 'product'
    const own = this.#texts.find(({ file }) => file === declared.file)
    if (own === undefined || isOverride(declared, own.text)) return 'product'
    let isNamedInTest = false
    let isExported = declared.isExported
    for (const source of this.#texts) {
      if (source.language !== own.language || !source.text.includes(name)) continue
      const text = source === own ? withoutExports(source.text) : source.text
      if (
        source === own &&
        text !== source.text &&
        !placesOf(name, source.text.slice(text.length), nameParts).next().done
      )
        isExported = true
      for (const at of placesOf(name, text, nameParts)) {
        const line = lineAt(text, at)
        if (source === own && line >= declared.line && line <= declared.endLine) continue
        if (isRemark(text, at, source.language)) continue
        if (source.isTest) {
          isNamedInTest = true
          continue
        }
        const reach = worst(this.#around(source.file, line).map((outer) => this.#ofFunction(outer)))
        if (reach === 'product') return 'product'
        if (reach === 'test') isNamedInTest = true
      }
    }
    if (isExported && !this.#isUsedHere(own)) return 'product'
    return isNamedInTest ? 'test' : 'dead'
  }

  #around(file: string, line: number): FunctionDeclaration[] {
    return (this.#functions.get(file) ?? []).filter(
      (declared) => declared.line <= line && line <= declared.endLine && declared.name !== undefined,
    )
  }

  /** Whether other files of the product use this one, so that what they leave out is known to be left out. */
  #isUsedHere({ file, language }: SourceText): boolean {
    const stem =
      file
        .replaceAll('\\', '/')
        .split('/')
        .at(-1)
        ?.replace(/\.[^.]*$/, '') ?? ''
    if (/^(index|lib|mod|main|__init__|api)$/.test(stem)) return false
    if (language === 'go') return /(^|\/)(internal|cmd)\//.test(file) || this.#isGoMain(file)
    if (language === 'rust' && this.#texts.some((source) => source.file.endsWith('src/lib.rs'))) return false
    return this.#texts.some(
      (source) =>
        source.file !== file && source.language === language && !source.isTest && source.text.includes(stem),
    )
  }

  #isGoMain(file: string): boolean {
    const text = this.#texts.find((source) => source.file === file)?.text ?? ''
    return /^package main\b/m.test(text)
  }
}

const order: readonly Reach[] = ['product', 'test', 'dead']

function worst(reaches: readonly Reach[]): Reach {
  return reaches.reduce((a, b) => (order.indexOf(b) > order.indexOf(a) ? b : a), 'product' as Reach)
}

/** A method that hands on to the one it overrides is called where that one is, by a framework mostly. */
function isOverride({ name = '', line, endLine }: FunctionDeclaration, text: string): boolean {
  const body = text
    .split('\n')
    .slice(line - 1, endLine)
    .join('\n')
  const word = name.replace(/[$#]/g, '\\$&')
  return new RegExp(`\\bsuper(\\([^)]*\\))?\\.${word}\\s*\\(`).test(body)
}

/** Lists of exports name what may be used, not what is; they are taken out without moving the lines. */
function withoutExports(text: string): string {
  return text.replace(
    /(?:module\.exports\s*=\s*\{[^}]*\}|export\s*\{[^}]*\}(?!\s*from)|__all__\s*=\s*[[(][^\])]*[\])])/g,
    (list) => list.replace(/[^\n]/g, ' '),
  )
}

function lineAt(text: string, index: number): number {
  let line = 1
  for (let at = text.indexOf('\n'); at >= 0 && at < index; at = text.indexOf('\n', at + 1)) line++
  return line
}

function isRemark(text: string, index: number, language: LanguageName): boolean {
  const start = text.lastIndexOf('\n', index) + 1
  const before = text.slice(start, index)
  return language === 'python'
    ? /^\s*#/.test(before)
    : /^\s*(\/\/|\/?\*)/.test(before) || /\s\/\/ /.test(before)
}

/** What names are made of in one language or another. */
const nameParts = /[A-Za-z0-9_$]/
