import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { parseText } from '../../otel/exposition/text-parser.fixture.ts'
import { parseScrape } from '../../tools/scrape/parse.ts'

const foreign = join(import.meta.dirname, '..', 'audit', 'foreign')
const openMetrics = `# TYPE jobs counter
# HELP jobs Jobs that ran, \\"all\\" of them.
jobs_total{kind="a\\"b\\\\c\\n"} 3 # {trace_id="x"} 1 1700000000
jobs_created{kind="a\\"b\\\\c\\n"} 1700000000.5
# TYPE took_seconds histogram
# UNIT took_seconds seconds
took_seconds_bucket{le="1.0"} 1
took_seconds_bucket{le="+Inf"} 2
took_seconds_count 2
took_seconds_sum 3.5
# TYPE build info
build_info{version="1"} 1
# EOF
`
// The strict one reads what this pipeline writes: no empty lines, no summaries.
const texts = [
  ...['go', 'rust'].map((service) => ({
    of: service,
    format: 'text' as const,
    text: readFileSync(join(foreign, service, 'scrape.txt'), 'utf8'),
  })),
  { of: 'OpenMetrics', format: 'openmetrics' as const, text: openMetrics },
]

describe('the reader of scrapes and the strict one of the tests', () => {
  for (const { of, format, text } of texts) {
    it(`find the same samples: ${of}`, () => {
      const { families, problems } = parseScrape(text)
      assert.deepEqual(problems, [])
      const ours = [...families.values()].flatMap(({ samples }) => samples).map(shown)
      assert.deepEqual(ours.sort(), parseText(text, format).samples.map(shown).sort())
    })
  }
})

function shown(sample: {
  readonly name: string
  readonly labels: ReadonlyMap<string, string>
  readonly value: number
}): string {
  return JSON.stringify([sample.name, [...sample.labels].sort(), sample.value])
}
