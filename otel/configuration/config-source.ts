import type { SettingPath } from '../files/setting-error.ts'

/** Values in the form of the declarative configuration, before they are checked, and where they come from. */
export interface ConfigSource {
  readonly value: Record<string, unknown>
  /** `file:line`, or the variable or flag that gave the value; undefined where nothing did. */
  where(path: SettingPath): string | undefined
  /** Where to look when nothing gave the value: the part that should hold it. */
  near(path: SettingPath): string
  /** The file has keys to name; variables and flags are their own names. */
  readonly isFile: boolean
}

/** Sets the value at a path, making the parts on the way. */
export function setAt(value: Record<string, unknown>, path: SettingPath, leaf: unknown): void {
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
