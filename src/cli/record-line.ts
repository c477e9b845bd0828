import { hasTexts } from './pages.ts'

/** A record, as the API writes it. */
export interface RecordJson {
  readonly uri: string
  readonly value: unknown
}

export function isRecordJson(body: unknown): body is RecordJson {
  return hasTexts(body, ['uri']) && body.value !== undefined
}

/** Where a record is, and as much of what it says as a line holds. */
export function recordLine({ uri, value }: RecordJson): readonly string[] {
  const text = JSON.stringify(value)
  return [uri, text.length > longest ? `${text.slice(0, longest - 1)}…` : text]
}

const longest = 160
