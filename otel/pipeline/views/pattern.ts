import type { IncludeExclude } from '../../configuration/schema-views.ts'
import { matchesWildcard } from '../../wildcard.ts'

/** Tells whether a name passes lists in which `*` is any text and `?` any character; the excluded list wins. */
export function matcher({
  included,
  excluded = [],
}: NonNullable<IncludeExclude> = {}): (name: string) => boolean {
  return (name) =>
    (included?.some((one) => matchesWildcard(one, name)) ?? true) &&
    !excluded.some((one) => matchesWildcard(one, name))
}
