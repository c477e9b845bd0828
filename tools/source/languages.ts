import { lowerGo } from './lower/go/go.ts'
import { lowerJavascript } from './lower/javascript/javascript.ts'
import type { LoweredFile } from './lower/lower.ts'
import { lowerPython } from './lower/python/python.ts'
import { lowerRust } from './lower/rust/rust.ts'
import type { LanguageName, Statement } from './program.ts'
import type { Grammar } from './syntax/grammars.ts'
import type { Syntax } from './syntax/syntax.ts'

export interface Language {
  readonly name: LanguageName
  /** What a file does, as far as metrics may flow through it. */
  readonly lower: (root: Syntax, file: LoweredFile) => readonly Statement[]
  /** What files that use a metrics library of the language name. A service without any such file has no metrics. */
  readonly library: RegExp
  /** What files that may pass on or record metrics contain. */
  readonly related: RegExp
  /** Whether a file holds tests, by its path. */
  readonly test: RegExp
}

const javascript: Language = {
  name: 'javascript',
  lower: lowerJavascript,
  library:
    /(?:from|import|require)[\s(]*["'](?:prom-client|@tidegauge\/otel|[^"'\n]*\bmeter\/(?:bind|observe|timed)\.[jt]s)|create(?:Observable)?(?:Counter|UpDownCounter|Gauge|Histogram)\(|satisfies\s+MetricDefinition\b|:\s+MetricDefinition\s+=/,
  related: /\.(inc|dec|labels|startTimer|addCallback)\(/,
  test: /(^|\/)(__tests__|__mocks__|tests?|specs?|e2e|bench|benchmarks|examples|fixtures|testing)\/|\.(test|spec|bench|e2e|fixture|stories)\.[cm]?[jt]sx?$|(^|\/)test[-_][^/]*\.[cm]?[jt]s$/,
}

const go: Language = {
  name: 'go',
  lower: lowerGo,
  library: /client_golang/,
  related: /\.(Inc|Dec|Observe|WithLabelValues)\(/,
  test: /_test\.go$|(^|\/)testdata\//,
}

const python: Language = {
  name: 'python',
  lower: lowerPython,
  library: /prometheus_client/,
  related: /\.(inc|dec|observe|labels|time)\(/,
  test: /(^|\/)(tests?|testing)\/|(^|\/)(test_[^/]*|[^/]*_test|conftest)\.py$/,
}

const rust: Language = {
  name: 'rust',
  lower: lowerRust,
  library: /\bprometheus|\bmetrics::|\b(counter|gauge|histogram)!|register_\w+!/,
  related: /\.(inc|inc_by|dec|observe|with_label_values)\(/,
  test: /(^|\/)(tests|benches|examples)\//,
}

const byEnding = new Map<string, readonly [Language, Grammar]>([
  ['ts', [javascript, 'typescript']],
  ['mts', [javascript, 'typescript']],
  ['cts', [javascript, 'typescript']],
  ['tsx', [javascript, 'tsx']],
  ['js', [javascript, 'tsx']],
  ['jsx', [javascript, 'tsx']],
  ['mjs', [javascript, 'tsx']],
  ['cjs', [javascript, 'tsx']],
  ['go', [go, 'go']],
  ['py', [python, 'python']],
  ['rs', [rust, 'rust']],
])

export const sourceEndings: readonly string[] = [...byEnding.keys()]

/** The language and grammar of a file by its ending; undefined for those that are not read. */
export function languageOf(file: string): readonly [Language, Grammar] | undefined {
  return file.endsWith('.d.ts') ? undefined : byEnding.get(/\.([a-z]+)$/.exec(file)?.[1] ?? '')
}
