import { type EscapingScheme, escapingScheme } from '../naming/escaping.ts'

/** The formats that a scraper may ask for, in the words of the metric `pipeline.scrapes`. */
export type Format = 'text' | 'openmetrics' | 'protobuf'

/** What was agreed on: one representation of the scrape. */
export interface Representation {
  readonly format: Format
  /** `0.0.4` or `1.0.0` for text, `0.0.1` or `1.0.0` for OpenMetrics, `''` for protobuf. */
  readonly version: string
  readonly escaping: EscapingScheme
  readonly contentType: string
}

/**
 * Chooses the representation that the `Accept` header weighs most among those we have; where two weigh the
 * same, the one named first. An absent header, `*`/`*` and a header that fits nothing get text 0.0.4.
 */
export function negotiate(accept: string | undefined): Representation {
  const wanted = (accept ?? '')
    .split(',', maxRanges)
    .map(mediaRange)
    .sort((a, b) => b.quality - a.quality)
  for (const range of wanted) {
    const representation = range.quality > 0 ? representationOf(range) : undefined
    if (representation) return representation
  }
  return text('0.0.4', 'underscores')
}

/** Says whether an `Accept-Encoding` header prefers gzip to an uncompressed answer, or at least allows it. */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  const codings = (acceptEncoding ?? '').split(',', maxRanges).map(mediaRange)
  const quality = (...names: string[]) => codings.find(({ type }) => names.includes(type))?.quality
  const gzip = quality('gzip', 'x-gzip') ?? quality('*') ?? 0
  return gzip > 0 && gzip >= (quality('identity') ?? 0)
}

interface MediaRange {
  readonly type: string
  readonly parameters: ReadonlyMap<string, string>
  readonly quality: number
}

/** Bounds the work that a header can cause; no scraper names more. */
const maxRanges = 64

function mediaRange(range: string): MediaRange {
  const [type = '', ...rest] = range.split(';').map((part) => part.trim())
  const parameters = new Map<string, string>()
  for (const parameter of rest) {
    const [name = '', value = ''] = parameter.split('=', 2)
    parameters.set(name.trim().toLowerCase(), value.trim().replace(/^"(.*)"$/, '$1'))
  }
  const weight = parameters.get('q')
  const quality = weight === undefined ? 1 : /^(0(\.\d*)?|1(\.0*)?)$/.test(weight) ? Number(weight) : 0
  return { type: type.toLowerCase(), parameters, quality }
}

function representationOf({ type, parameters }: MediaRange): Representation | undefined {
  const version = parameters.get('version') ?? ''
  const asked = parameters.get('escaping')
  const escaping = asked === undefined ? 'underscores' : escapingScheme(asked)
  if (escaping === undefined) return undefined
  switch (type) {
    case '*/*':
    case 'text/*':
      return text('0.0.4', 'underscores')
    case 'text/plain':
      if (version === '' || version === '0.0.4') return text('0.0.4', 'underscores')
      return version === '1.0.0' ? text(version, escaping) : undefined
    case 'application/openmetrics-text':
      if (version === '' || version === '0.0.1') return openMetrics('0.0.1', 'underscores')
      return version === '1.0.0' ? openMetrics(version, escaping) : undefined
    case 'application/vnd.google.protobuf': {
      const fits = parameters.get('proto') === protobufMessage && parameters.get('encoding') === 'delimited'
      return fits ? protobuf(escaping) : undefined
    }
    default:
      return undefined
  }
}

const protobufMessage = 'io.prometheus.client.MetricFamily'

function text(version: string, escaping: EscapingScheme): Representation {
  const contentType = `text/plain; version=${version}; charset=utf-8${escapingParameter(version, escaping)}`
  return { format: 'text', version, escaping, contentType }
}

function openMetrics(version: string, escaping: EscapingScheme): Representation {
  const contentType = `application/openmetrics-text; version=${version}; charset=utf-8${escapingParameter(version, escaping)}`
  return { format: 'openmetrics', version, escaping, contentType }
}

function protobuf(escaping: EscapingScheme): Representation {
  const contentType = `application/vnd.google.protobuf; proto=${protobufMessage}; encoding=delimited; escaping=${escaping}`
  return { format: 'protobuf', version: '', escaping, contentType }
}

/** Formats before 1.0.0 know no escaping: their names are always classic ones. */
function escapingParameter(version: string, escaping: EscapingScheme): string {
  return version === '1.0.0' ? `; escaping=${escaping}` : ''
}
