import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { acceptsGzip, negotiate } from './negotiate.ts'

const text004 = 'text/plain; version=0.0.4; charset=utf-8'
const text100 = (escaping: string) => `text/plain; version=1.0.0; charset=utf-8; escaping=${escaping}`
const openMetrics001 = 'application/openmetrics-text; version=0.0.1; charset=utf-8'
const openMetrics100 = (escaping: string) =>
  `application/openmetrics-text; version=1.0.0; charset=utf-8; escaping=${escaping}`
const protobuf = (escaping: string) =>
  `application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited; escaping=${escaping}`
const protobufRange =
  'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited'

const cases: [accept: string | undefined, contentType: string][] = [
  [undefined, text004],
  ['', text004],
  ['*/*', text004],
  ['text/*', text004],
  ['text/plain', text004],
  ['TEXT/PLAIN; VERSION=0.0.4', text004],
  ['text/plain;version=0.0.4;escaping=allow-utf-8', text004],
  ['text/plain;version=1.0.0', text100('underscores')],
  ['text/plain;version=1.0.0;escaping=allow-utf-8', text100('allow-utf-8')],
  ['text/plain;version=1.0.0;escaping=allow-utf8', text100('allow-utf-8')],
  ['text/plain;version=1.0.0;escaping=dots', text100('dots')],
  ['text/plain;version="1.0.0";escaping="values"', text100('values')],
  ['text/plain;version=1.0.0;escaping=evil', text004],
  ['text/plain;version=2.0.0', text004],
  ['application/openmetrics-text', openMetrics001],
  ['application/openmetrics-text;version=0.0.1', openMetrics001],
  ['application/openmetrics-text;version=1.0.0', openMetrics100('underscores')],
  [
    'application/openmetrics-text;version=9.0.0,application/openmetrics-text;version=0.0.1;q=0.1',
    openMetrics001,
  ],
  [
    'application/openmetrics-text;version=1.0.0;escaping=allow-utf-8;q=0.5,text/plain;version=0.0.4;q=0.6',
    text004,
  ],
  ['application/openmetrics-text;q=0.1,text/plain;version=0.0.4;q=0.9', text004],
  ['text/plain;q=0.3,application/openmetrics-text;version=1.0.0;q=0.3', text004],
  ['application/openmetrics-text;version=1.0.0;q=0.3,text/plain;q=0.3', openMetrics100('underscores')],
  ['application/openmetrics-text;version=1.0.0;q=0', text004],
  ['application/openmetrics-text;version=1.0.0;q=7,text/plain;version=1.0.0;q=0.1', text100('underscores')],
  [protobufRange, protobuf('underscores')],
  [
    `${protobufRange};escaping=allow-utf-8;q=0.6,application/openmetrics-text;version=1.0.0;q=0.5`,
    protobuf('allow-utf-8'),
  ],
  [
    'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=text,*/*;q=0.1',
    text004,
  ],
  ['application/vnd.google.protobuf;proto=other;encoding=delimited', text004],
  ['application/json', text004],
  [';;;=,,q=q', text004],
]

describe('negotiate', () => {
  for (const [accept, contentType] of cases) {
    it(`answers ${accept ?? 'no Accept'} with ${contentType}`, () => {
      assert.equal(negotiate(accept).contentType, contentType)
    })
  }

  it('copies nothing from the header into the answer', () => {
    assert.equal(negotiate('text/plain;version=1.0.0;escaping=x\r\nEvil: 1').contentType, text004)
  })
})

describe('acceptsGzip', () => {
  const encodings: [string | undefined, boolean][] = [
    [undefined, false],
    ['', false],
    ['gzip', true],
    ['identity', false],
    ['gzip;q=0', false],
    ['deflate, gzip;q=0.5', true],
    ['gzip;q=0.1, identity;q=0.9', false],
    ['*', true],
    ['gzip;q=0, *', false],
    ['br', false],
  ]
  for (const [header, expected] of encodings) {
    it(`${expected ? 'compresses' : 'does not compress'} for ${header ?? 'no header'}`, () => {
      assert.equal(acceptsGzip(header), expected)
    })
  }
})
