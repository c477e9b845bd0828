import { parsePath } from '../../model/field-path.ts'
import type { RecordAddress } from '../../model/record.ts'
import { valuesAt } from '../../model/record-values.ts'
import type { RunAction } from './run-action.ts'

/**
 * Makes a version of a record be found by a text, besides what the configured fields say; undefined takes that back.
 * A record that is gone, or has changed since, is left alone.
 */
export type IndexText = (
  version: RecordAddress & { readonly cid?: string },
  text: string | undefined,
) => Promise<void>

export interface SearchActionOptions {
  readonly indexText: IndexText
  /** Where the record has texts. */
  readonly fields: readonly string[]
}

/** Makes a record searchable by fields that are not searched by default. */
export function createSearchAction({ indexText, fields }: SearchActionOptions): RunAction {
  const paths = fields.flatMap((field) => {
    const path = parsePath(field)
    return path === undefined ? [] : [path]
  })
  return async ({ event }) => {
    const texts = paths
      .flatMap((path) => valuesAt(event.record?.value, path))
      .filter((value) => typeof value === 'string')
    await indexText(event, texts.length > 0 ? texts.join('\n') : undefined)
    return { success: true }
  }
}
