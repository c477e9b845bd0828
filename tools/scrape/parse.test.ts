import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { parseScrape } from './parse.ts'

const shown = (text: string) =>
  [...parseScrape(text).families.values()].map(({ name, type, samples }) => [
    name,
    type,
    samples.map((sample) => [sample.name, Object.fromEntries(sample.labels), sample.value]),
  ])

describe('reading a scrape', () => {
  it('keeps families, types, help and units', () => {
    const { families, problems } = parseScrape(
      '# HELP a_seconds Time\\nspent.\n# TYPE a_seconds gauge\n# UNIT a_seconds seconds\na_seconds 1.5\n# EOF\n',
    )
    const { help, type, unit, line } = families.get('a_seconds') ?? assert.fail()
    assert.deepEqual(
      { help, type, unit, line },
      { help: 'Time\nspent.', type: 'gauge', unit: 'seconds', line: 1 },
    )
    assert.deepEqual(problems, [])
  })

  const rows: { it: string; text: string; families: unknown }[] = [
    {
      it: 'reads labels with escapes, commas and braces in their values',
      text: 'a{b="x\\"y\\\\z\\n", c="},{",} 1\n',
      families: [['a', 'unknown', [['a', { b: 'x"y\\z\n', c: '},{' }, 1]]]],
    },
    {
      it: 'reads names in UTF-8',
      text: '# TYPE "my.metric" gauge\n{"my.metric","a.b"="c"} 2\n',
      families: [['my.metric', 'gauge', [['my.metric', { 'a.b': 'c' }, 2]]]],
    },
    {
      it: 'joins the series of a histogram',
      text: '# TYPE h histogram\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n',
      families: [
        [
          'h',
          'histogram',
          [
            ['h_bucket', { le: '+Inf' }, 2],
            ['h_sum', {}, 3],
            ['h_count', {}, 2],
          ],
        ],
      ],
    },
    {
      it: 'names a counter of OpenMetrics as its samples are named',
      text: '# TYPE c counter\nc_total 4 # {trace_id="1"} 1 2\nc_created 1\n# EOF\n',
      families: [
        [
          'c_total',
          'counter',
          [
            ['c_total', {}, 4],
            ['c_created', {}, 1],
          ],
        ],
      ],
    },
    {
      it: 'reads an info metric',
      text: '# TYPE target info\ntarget_info{a="b"} 1\n# EOF\n',
      families: [['target_info', 'gauge', [['target_info', { a: 'b' }, 1]]]],
    },
    {
      it: 'keeps series without a type',
      text: 'x 1 1700000000000\ny{} NaN\nz -Inf\n',
      families: [
        ['x', 'unknown', [['x', {}, 1]]],
        ['y', 'unknown', [['y', {}, Number.NaN]]],
        ['z', 'unknown', [['z', {}, Number.NEGATIVE_INFINITY]]],
      ],
    },
    {
      it: 'finds the family of a series that comes later',
      text: '# TYPE h histogram\nh_count 1\n# TYPE g gauge\ng 1\nh_sum 2\n',
      families: [
        [
          'h',
          'histogram',
          [
            ['h_count', {}, 1],
            ['h_sum', {}, 2],
          ],
        ],
        ['g', 'gauge', [['g', {}, 1]]],
      ],
    },
    {
      it: 'ignores comments, blank lines and line ends of Windows',
      text: '# hello\r\n\r\na 1\r\n',
      families: [['a', 'unknown', [['a', {}, 1]]]],
    },
  ]
  for (const { it: behaviour, text, families } of rows) {
    it(behaviour, () => assert.deepEqual(shown(text), families))
  }

  const bad: { text: string; reason: RegExp }[] = [
    { text: 'a', reason: /the value is missing/ },
    { text: 'a b', reason: /"b" is not a number/ },
    { text: 'a 0x1f', reason: /not a number/ },
    { text: 'a{b="c} 1', reason: /not closed/ },
    { text: 'a{b=c} 1', reason: /not quoted/ },
    { text: 'a{b="1" c="2"} 1', reason: /comma/ },
    { text: 'a{b="1",b="2"} 1', reason: /"b" stands twice/ },
    { text: 'a{b} 1', reason: /= is missing/ },
    { text: '1a 1', reason: /name of a metric was expected/ },
    { text: 'a 1 2 3', reason: /"3" stands after/ },
    { text: '{} 1', reason: /no name/ },
    {
      text: `a{${Array.from({ length: 1001 }, (_, at) => `l${at}=""`).join()}} 1`,
      reason: /more than 1000 labels/,
    },
    { text: '# TYPE a count', reason: /type "count"/ },
    { text: 'a 1\n# TYPE a gauge', reason: /after its samples/ },
    { text: '# HELP a b\n# HELP a b', reason: /second # HELP/ },
  ]
  for (const { text, reason } of bad) {
    it(`tells ${JSON.stringify(text)} and reads on`, () => {
      const { problems, families } = parseScrape(`${text}\nlast 1\n`)
      assert.equal(problems.length, 1)
      assert.match(problems[0]?.reason ?? '', reason)
      assert.ok(families.has('last'))
    })
  }

  it('stops where nothing is as it should be', () => {
    const { problems, families } = parseScrape(`${'!\n'.repeat(100_000)}last 1\n`)
    assert.equal(problems.length, 1002)
    assert.deepEqual(problems.at(-1), {
      line: 1001,
      reason: 'the lines after this one were not read: too many before it cannot be',
    })
    assert.ok(!families.has('last'))
  })

  it('keeps nothing of more metrics than anybody has', () => {
    const { families, tooLarge } = parseScrape(
      Array.from({ length: 100_001 }, (_, at) => `m${at} 1\n`).join(''),
    )
    assert.equal(families.size, 0)
    assert.match(tooLarge ?? '', /^it holds more than 100000 metrics, .*; scrape less of it/)
  })

  it('never throws, whatever it is given', () => {
    const pieces = [
      'a',
      '{',
      '}',
      '"',
      '\\',
      ',',
      '=',
      ' ',
      '1',
      '#',
      'TYPE',
      '\n',
      '_total',
      'é',
      '\r',
      '\t',
    ]
    let seed = 1
    const next = () => (seed = (seed * 48271) % 2147483647)
    for (let run = 0; run < 5000; run++) {
      const text = Array.from({ length: next() % 20 }, () => pieces[next() % pieces.length]).join('')
      parseScrape(text)
    }
  })
})
