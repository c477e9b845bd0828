import { type ParsedMessage, parseProtobuf } from '../../../otel/exposition/protobuf-parser.fixture.ts'
import { parseText } from '../../../otel/exposition/text-parser.fixture.ts'
import { bucketLabel } from './expected-series.ts'
import type { PassedScrape } from './scrape-proxy.ts'

export interface ScrapedSample {
  /** With `__name__`. */
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Every sample of an answer, as Prometheus has to store it. Native histograms are none of the service's. */
export function samplesOf({ answered, body }: PassedScrape): ScrapedSample[] {
  const type = answered['content-type'] ?? ''
  if (type.includes('protobuf')) return parseProtobuf(body).flatMap(ofMessage)
  const { samples } = parseText(body.toString(), type.startsWith('text/') ? 'text' : 'openmetrics')
  return samples.map(({ name, labels, value }) => {
    const le = labels.get('le')
    const all: Record<string, string> = { ...Object.fromEntries(labels), __name__: name }
    if (le !== undefined) all.le = bucketLabel(Number(le.replace('Inf', 'Infinity')))
    return { labels: all, value }
  })
}

function ofMessage({ name, metric: metrics }: ParsedMessage): ScrapedSample[] {
  return metrics.flatMap(({ label, gauge, counter, histogram }) => {
    const labels = Object.fromEntries(label.map(({ name, value }) => [name, value]))
    if (!histogram)
      return [{ labels: { ...labels, __name__: name }, value: (counter ?? gauge)?.value as number }]
    return [
      { labels: { ...labels, __name__: `${name}_count` }, value: histogram.sampleCount },
      { labels: { ...labels, __name__: `${name}_sum` }, value: histogram.sampleSum },
      ...histogram.bucket.map(({ upperBound, cumulativeCount }) => ({
        labels: { ...labels, __name__: `${name}_bucket`, le: bucketLabel(upperBound) },
        value: cumulativeCount,
      })),
    ]
  })
}
