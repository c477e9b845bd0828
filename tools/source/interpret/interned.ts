import type { Module } from '../program.ts'
import type { MetricValue, Value, Values } from './values.ts'

/** Texts and paths are cut after this many characters. */
export const longestText = 120

/** Values that there are only one of, so that sets of values know them again. */
export class Interned {
  readonly #strings = new Map<string, Value>()
  readonly #openStrings = new Map<string, Value>()
  readonly #externals = new Map<string, Value>()
  readonly #modules = new Map<Module, Value>()
  readonly #methods = new Map<MetricValue, Map<string, Value>>()
  readonly #guessed = new Map<MetricValue, MetricValue>()

  string(text: string): Values {
    return new Set([kept(this.#strings, text, () => ({ kind: 'string', value: text }))])
  }

  /** The same values, as some of those that it may be. */
  opened(values: Values): Values {
    if (![...values].some((value) => value.kind === 'string' && !value.isOpen)) return values
    return new Set(
      [...values].map((value): Value => {
        if (value.kind !== 'string') return value
        const { value: text } = value
        return kept(this.#openStrings, text, () => ({ kind: 'string', value: text, isOpen: true }))
      }),
    )
  }

  /** Something of a package; of those, only such matter as measure. */
  external(path: string): Values {
    if (!isMetricsPackage(path) || path.length > longestText) return new Set()
    return new Set([kept(this.#externals, path, () => ({ kind: 'external', path }))])
  }

  module(module: Module): Value {
    return kept(this.#modules, module, () => ({ kind: 'module', module }))
  }

  method(metric: MetricValue, name: string): Value {
    const methods = kept(this.#methods, metric, () => new Map<string, Value>())
    return kept(methods, name, () => ({ kind: 'method', metric, name }))
  }

  guessed(metric: MetricValue): MetricValue {
    return kept(this.#guessed, metric, () => ({ ...metric, isGuess: true }))
  }
}

export function isMetricsPackage(from: string): boolean {
  return /^(prom-client|@tidegauge\/otel|prometheus|prometheus_client|metrics|github\.com\/prometheus\/client_golang)\b/.test(
    from,
  )
}

function kept<Key, Value>(known: Map<Key, Value>, key: Key, make: () => Value): Value {
  const value = known.get(key) ?? make()
  known.set(key, value)
  return value
}
