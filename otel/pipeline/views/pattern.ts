import type { IncludeExclude } from '../../configuration/schema-views.ts'

/** Tells whether a name passes lists in which `*` is any text and `?` any character; the excluded list wins. */
export function matcher({
  included,
  excluded = [],
}: NonNullable<IncludeExclude> = {}): (name: string) => boolean {
  const includes = included?.map(expression)
  const excludes = excluded.map(expression)
  return (name) =>
    (includes?.some((one) => one.test(name)) ?? true) && !excludes.some((one) => one.test(name))
}

/** Turns a pattern with `*` and `?` into an expression for the whole text. */
export function expression(pattern: string): RegExp {
  const escaped = pattern.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  return new RegExp(`^${escaped.replaceAll('\\*', '.*').replaceAll('\\?', '.')}$`, 's')
}
