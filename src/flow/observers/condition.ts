import { RE2JS } from 're2js'
import { parsePath } from '../../model/field-path.ts'
import { everythingAt } from '../../model/record-values.ts'
import type { Steps } from '../../model/time-slices.ts'

/** What a record has to be like. A field that lies in lists has several values: one that fits is enough. */
export type Condition =
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition }
  | FieldCondition

/** What the values of one field have to be like: one of them passes every test that is named. */
export interface FieldCondition extends FieldTests {
  /** Where it is in the record, such as `subject.uri`; a dot within a key is written `\.`. */
  readonly field: string
}

export interface FieldTests {
  readonly equals?: string | number | boolean | undefined
  readonly above?: number | undefined
  readonly at_least?: number | undefined
  readonly below?: number | undefined
  readonly at_most?: number | undefined
  /** The value is a text with this in it, in the same case. */
  readonly contains?: string | undefined
  /** An RE2 pattern that is found in the text, anywhere unless it is anchored with `^` and `$`. */
  readonly matches?: string | undefined
  /** Whether there is anything at the field at all. */
  readonly exists?: boolean | undefined
}

/** Judges a decoded record, at once or in steps. */
export interface Predicate {
  readonly test: (record: object) => boolean
  /** Comes to the same. A step tests one value of one field, which with a pattern takes up to 50 ms. */
  readonly steps: (record: object) => Steps<boolean>
}

/** Makes a judge of a condition, once, so that judging costs no parsing. @throws for a pattern that is not RE2. */
export function compileCondition(condition: Condition): Predicate {
  if ('all' in condition) return combine(condition.all, false)
  if ('any' in condition) return combine(condition.any, true)
  if ('not' in condition) {
    const { test, steps } = compileCondition(condition.not)
    return {
      test: (record) => !test(record),
      *steps(record) {
        return !(yield* steps(record))
      },
    }
  }
  return compileField(condition)
}

/** Conditions of which the first that comes to `decides` decides. */
function combine(conditions: readonly Condition[], decides: boolean): Predicate {
  const parts = conditions.map(compileCondition)
  return {
    test(record) {
      for (const part of parts) if (part.test(record) === decides) return decides
      return !decides
    },
    *steps(record) {
      for (const part of parts) if ((yield* part.steps(record)) === decides) return decides
      return !decides
    },
  }
}

function compileField({ field, exists, ...rest }: FieldCondition): Predicate {
  const path = parsePath(field) ?? []
  const tests = compileTests(rest)
  const passes = (value: unknown) => tests.every((test) => test(value))
  const test = (record: object) => {
    const values = everythingAt(record, path)
    if (tests.length === 0) return values.length > 0 === exists
    return exists === false ? values.length === 0 : values.some(passes)
  }
  return {
    test,
    *steps(record) {
      if (tests.length === 0 || exists === false) return test(record)
      for (const value of everythingAt(record, path)) {
        if (passes(value)) return true
        yield
      }
      return false
    },
  }
}

function compileTests(tests: FieldTests): readonly ((value: unknown) => boolean)[] {
  const { equals, above, at_least, below, at_most, contains, matches } = tests
  const number = (test: (value: number) => boolean) => (value: unknown) =>
    typeof value === 'number' && test(value)
  const pattern = matches === undefined ? undefined : compilePattern(matches)
  return [
    equals !== undefined && ((value: unknown) => value === equals),
    above !== undefined && number((value) => value > above),
    at_least !== undefined && number((value) => value >= at_least),
    below !== undefined && number((value) => value < below),
    at_most !== undefined && number((value) => value <= at_most),
    contains !== undefined && ((value: unknown) => typeof value === 'string' && value.includes(contains)),
    pattern && ((value: unknown) => typeof value === 'string' && pattern.test(value.slice(0, longestText))),
  ].filter((test) => typeof test === 'function')
}

/** A text is searched up to here, in characters: with the limit on patterns that takes 50 ms at the very worst. */
export const longestText = 10_000

/** The largest pattern, in steps of the machine that it becomes. */
const largestProgram = 1000

/**
 * Takes the syntax of RE2: matching takes time in proportion to the length of the text, whatever strangers wrote.
 *
 * @throws {Error} that says what is wrong with the pattern.
 */
export function compilePattern(pattern: string): { test(text: string): boolean } {
  const compiled = RE2JS.compile(pattern)
  if (compiled.programSize() > largestProgram)
    throw new Error(`it becomes ${compiled.programSize()} steps, more than ${largestProgram}`)
  return compiled
}
