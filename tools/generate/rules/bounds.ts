import type { Alert } from '@tidegauge/otel/catalog'
import type { GenerateSettings } from '../../catalog-file/overrides.ts'
import { thresholdsOf } from '../../catalog-file/render-query.ts'

/** The bounds that an alert compares with, as its tests reckon with them. */
export interface Bounds {
  readonly warning?: number
  readonly critical?: number
}

/**
 * The bounds of an alert for the series of a test. Tests say by how much a bound is missed, `{critical*1.1}`, which leads
 * nowhere from zero and the wrong way from below zero: there a number that is surely on the right side stands for it.
 */
export function boundsOf(
  { query }: Pick<Alert, 'query'>,
  settings: GenerateSettings,
  test: 'fires' | 'quiet',
): Bounds {
  const compared = query.parts.filter((part) => 'thresholdOf' in part)
  return Object.fromEntries(
    compared.flatMap(({ thresholdOf, level }) => {
      const { [level]: bound, bad = 'above' } = thresholdsOf(thresholdOf, settings) ?? {}
      if (bound === undefined) return []
      const isBeyond = (bad === 'above') === (test === 'fires')
      return [
        [
          level,
          bound > 0 ? bound : isBeyond ? justPositive : 2 * bound - (bad === 'below' ? justPositive : 0),
        ],
      ]
    }),
  )
}

/** Small beside whatever is counted or measured. */
const justPositive = 0.01

/**
 * Puts numbers in the place of arithmetic in braces: `{critical*1.1}x240` is `330x240` where critical is 300. What stands
 * in braces and is not arithmetic, such as the matchers of a selector, stays.
 *
 * @throws {Error} when it names a bound that the alert does not compare with.
 */
export function withBounds(text: string, bounds: Bounds): string {
  return text.replaceAll(/\{([\d.+\-*/()a-z ]+)\}/g, (_, sum: string) => {
    const result = new Arithmetic(sum, bounds).result()
    return String(Number(result.toPrecision(12)))
  })
}

/** Sums, products and parentheses over numbers and bounds. */
class Arithmetic {
  readonly #text: string
  readonly #words: string[]
  readonly #bounds: Bounds

  constructor(text: string, bounds: Bounds) {
    this.#text = text
    this.#words = text.match(/[a-z]+|[\d.]+|[-+*/()]/g) ?? []
    this.#bounds = bounds
  }

  result(): number {
    const result = this.#sum()
    if (this.#words.length > 0) throw new Error(`{${this.#text}} is not arithmetic from ${this.#words[0]} on`)
    return result
  }

  #sum(): number {
    let result = this.#product()
    for (let sign = this.#take('+-'); sign; sign = this.#take('+-')) {
      const next = this.#product()
      result += sign === '+' ? next : -next
    }
    return result
  }

  #product(): number {
    let result = this.#value()
    for (let sign = this.#take('*/'); sign; sign = this.#take('*/')) {
      const next = this.#value()
      result *= sign === '*' ? next : 1 / next
    }
    return result
  }

  #value(): number {
    const word = this.#words.shift() ?? ''
    if (word === '(') {
      const inner = this.#sum()
      if (this.#words.shift() !== ')') throw new Error(`{${this.#text}} lacks a closing parenthesis`)
      return inner
    }
    const value = word === 'warning' || word === 'critical' ? this.#bounds[word] : Number(word || Number.NaN)
    if (value === undefined) throw new Error(`{${this.#text}}: the alert does not compare with ${word}`)
    if (Number.isNaN(value)) throw new Error(`{${this.#text}} is not arithmetic at "${word}"`)
    return value
  }

  #take(signs: string): string | undefined {
    const [word = ''] = this.#words
    return word !== '' && signs.includes(word) ? this.#words.shift() : undefined
  }
}
