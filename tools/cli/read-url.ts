import { UsageError } from '@tidegauge/otel/usage-error'

/** Checks the address that stands behind a flag. @throws {UsageError} when it is none of HTTP. */
export function readUrl(text: string, flag: string): string {
  if (!/^https?:\/\//.test(text) || !URL.canParse(text))
    throw new UsageError(`${flag} is "${text}"; write an address like http://127.0.0.1:9090`)
  return text
}
