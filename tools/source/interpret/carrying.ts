import type { Slot, Value } from './values.ts'

/** Tells from which values a metric can be reached. */
export class Carrying {
  readonly #yes = new WeakSet<Value>()
  #no = new Set<Value>()

  /** What carries none now may carry one later. */
  forget(): void {
    this.#no = new Set()
  }

  has(value: Value, depth = 0): boolean {
    if (value.kind === 'metric' || value.kind === 'method' || this.#yes.has(value)) return true
    if (depth > mostDepth || this.#no.has(value)) return false
    const found = this.#look(value, depth)
    if (found) this.#yes.add(value)
    else if (depth === 0) this.#no.add(value)
    return found
  }

  #look(value: Value, depth: number): boolean {
    switch (value.kind) {
      case 'object':
        return (
          value.defines !== undefined || this.#holds(value.rest, depth) || this.#anyHolds(value.fields, depth)
        )
      case 'instance':
      case 'class':
        return this.#anyHolds(value.kind === 'class' ? value.fields : value.of.fields, depth)
      case 'function': {
        const { returns } = value.scope.inner.get(value.declared) ?? {}
        return returns !== undefined && this.#holds(returns, depth)
      }
      default:
        return false
    }
  }

  #anyHolds(fields: ReadonlyMap<string, Slot>, depth: number): boolean {
    for (const slot of fields.values()) if (this.#holds(slot, depth)) return true
    return false
  }

  #holds({ values }: Slot, depth: number): boolean {
    for (const value of values) if (this.has(value, depth + 1)) return true
    return false
  }
}

const mostDepth = 3
