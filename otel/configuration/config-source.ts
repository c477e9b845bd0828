/** A position in a configuration, as in the file: `['meter_provider', 'readers', 0, 'periodic']`. */
export type ConfigPath = readonly (string | number)[]

/** Values in the form of the declarative configuration, before they are checked, and where they come from. */
export interface ConfigSource {
  readonly value: Record<string, unknown>
  /** `file:line`, or the variable or flag that gave the value; undefined where nothing did. */
  where(path: ConfigPath): string | undefined
  /** Where to look when nothing gave the value: the part that should hold it. */
  near(path: ConfigPath): string
  /** The file has keys to name; variables and flags are their own names. */
  readonly isFile: boolean
}

export function pathText(path: ConfigPath): string {
  return path.reduce<string>((text, step) => {
    if (typeof step === 'number') return `${text}[${step}]`
    return text === '' ? step : `${text}.${step}`
  }, '')
}

/** Reads the value at a path; undefined where there is none. */
export function valueAt(value: unknown, path: ConfigPath): unknown {
  return path.reduce<unknown>(
    (part, step) =>
      typeof part === 'object' && part !== null
        ? (part as Record<string | number, unknown>)[step]
        : undefined,
    value,
  )
}

/** Sets the value at a path, making the parts on the way. */
export function setAt(value: Record<string, unknown>, path: ConfigPath, leaf: unknown): void {
  let part: Record<string | number, unknown> = value
  path.forEach((step, i) => {
    if (i === path.length - 1) part[step] = leaf
    else {
      const missing = typeof path[i + 1] === 'number' ? [] : {}
      part[step] ??= missing
      part = part[step] as Record<string | number, unknown>
    }
  })
}
