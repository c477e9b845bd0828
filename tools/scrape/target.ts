import { setTimeout as sleep } from 'node:timers/promises'
import { readTextFile } from '@tidegauge/otel/text-file'
import { UsageError } from '@tidegauge/otel/usage-error'
import { httpText, isUrl, shownUrl } from '../files/http-text.ts'
import { parseScrape } from './parse.ts'
import type { Scrape, Target } from './scrape.ts'

export interface TargetOptions {
  /** How often a URL is asked. @default 1 */
  readonly scrapes?: number
  /** Pause between two scrapes, in milliseconds. @default 10_000 */
  readonly intervalMs?: number
  /** Sent with each scrape, such as `authorization`. @default {} */
  readonly headers?: Readonly<Record<string, string>>
  /** @default 30_000 */
  readonly timeoutMs?: number
}

/**
 * Scrapes a URL, once or several times, or reads a scrape that was saved to a file.
 *
 * @throws {UsageError} when it cannot be read or is not a scrape.
 */
export async function readTarget(
  from: string,
  { scrapes = 1, intervalMs = 10_000, headers = {}, timeoutMs = 30_000 }: TargetOptions = {},
): Promise<Target> {
  if (!isUrl(from)) {
    const text = await readTextFile(from)
    return { url: from, scrapes: [checked(from, parseScrape(text), text)] }
  }
  const url = shownUrl(from)
  const taken: Scrape[] = []
  while (taken.length < scrapes) {
    if (taken.length > 0) await sleep(intervalMs)
    const { status, contentType, text } = await httpText(from, {
      headers: { accept, ...headers },
      timeoutMs,
    })
    if (status !== 200) throw new UsageError(`${url}: ${statusReason(status, text)}`)
    if (contentType.includes('html')) throw new UsageError(`${url}: ${htmlReason}`)
    taken.push(checked(url, parseScrape(text, Date.now()), text))
  }
  return { url, scrapes: taken }
}

/** OpenMetrics tells units; both are text, which alone is read here. */
const accept = 'application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5'

const htmlReason = 'it is a web page, not a scrape; give the address of the metrics, such as …/metrics'

/** A file of which nothing can be read is something else than a scrape. */
function checked(from: string, scrape: Scrape, text: string): Scrape {
  if (scrape.tooLarge !== undefined) throw new UsageError(`${from}: ${scrape.tooLarge}`)
  const [problem] = scrape.problems
  const samples = [...scrape.families.values()].reduce((sum, family) => sum + family.samples.length, 0)
  if (samples > 0) return scrape
  if (/^\s*</.test(text)) throw new UsageError(`${from}: ${htmlReason}`)
  if (problem === undefined) throw new UsageError(`${from}: it holds no series; is the service instrumented?`)
  throw new UsageError(
    `${from}:${problem.line}: ${problem.reason}; give a scrape in the Prometheus text format or OpenMetrics`,
  )
}

function statusReason(status: number, text: string): string {
  const said = /^\s*</.test(text) ? '' : text.trim().split('\n')[0]?.slice(0, 100)
  if (status === 401 || status === 403)
    return `${status}: it asks for credentials; give them in the URL (http://user:password@…) or as a header`
  if (status === 404) return '404: there is nothing at this path; metrics are mostly at /metrics'
  return `${status}${said ? `: ${said}` : ''}; the service could not answer the scrape`
}
