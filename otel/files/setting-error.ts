import { isSecretName } from '../mask.ts'
import { UsageError } from '../usage-error.ts'

/** Where a setting stands, as in the file: `['readers', 0, 'interval']`. */
export type SettingPath = readonly (string | number)[]

export interface SettingErrorOptions {
  /** File and line, as `file:line`, or the name of a variable or flag. */
  readonly where: string
  /** The key in the file; left out for variables and flags. */
  readonly key?: string | undefined
  /** What is wrong, as the rest of a sentence that begins with the key. */
  readonly problem: string
  /** What to do, beginning with a verb. */
  readonly mend: string
  readonly cause?: unknown
}

/** A setting that cannot be used, in one line: where, key, what is wrong, how to fix it. */
export function settingError({ where, key, problem, mend, cause }: SettingErrorOptions): UsageError {
  const parts = [where, key && shownKey(key), `${problem}; ${mend}`].filter(
    (part) => part !== undefined && part !== '',
  )
  return new UsageError(parts.join(': '), { cause })
}

/** Where a colon or a space is missing, what was meant as a value is part of the key. */
function shownKey(key: string): string {
  return key.replace(/(?<![\w-])([\w-]+)[\s:="'].+$/s, (whole, name: string) =>
    isSecretName(name) ? `${name}…` : whole,
  )
}

/** A path as people write it: `readers[0].interval`. */
export function pathText(path: SettingPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}

/** Reads the value at a path; undefined where there is none. */
export function settingAt(value: unknown, path: SettingPath): unknown {
  return path.reduce<unknown>(
    (part, step) =>
      typeof part === 'object' && part !== null && Object.hasOwn(part, step)
        ? (part as Record<string | number, unknown>)[step]
        : undefined,
    value,
  )
}
