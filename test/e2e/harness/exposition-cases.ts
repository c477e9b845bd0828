import type { EscapingScheme } from '../../../otel/naming/escaping.ts'
import { type TranslationStrategy, translationStrategies } from '../../../otel/naming/name.ts'

/** One way to scrape: what Prometheus is set to, what it then asks for, and what it gets. */
export interface ExpositionCase {
  readonly strategy: TranslationStrategy
  readonly format: 'text' | 'openmetrics' | 'protobuf'
  readonly escaping: EscapingScheme
  /** Settings of the scrape. */
  readonly scrape: Readonly<Record<string, unknown>>
  /** How the header `Accept` begins. */
  readonly accept: string
  readonly contentType: string
}

interface Protocol {
  /** As Prometheus calls it. */
  readonly name: string
  readonly format: ExpositionCase['format']
  readonly type: string
  /** Whether Prometheus says how it wants names outside the classic characters; if not, they are escaped. */
  readonly namesEscaping: boolean
}

const text = 'text/plain;version='
const openMetrics = 'application/openmetrics-text;version='
const protobuf = 'application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited'

const protocols: readonly Protocol[] = [
  { name: 'PrometheusText0.0.4', format: 'text', type: `${text}0.0.4`, namesEscaping: false },
  { name: 'PrometheusText1.0.0', format: 'text', type: `${text}1.0.0`, namesEscaping: true },
  { name: 'OpenMetricsText0.0.1', format: 'openmetrics', type: `${openMetrics}0.0.1`, namesEscaping: false },
  { name: 'OpenMetricsText1.0.0', format: 'openmetrics', type: `${openMetrics}1.0.0`, namesEscaping: true },
  { name: 'PrometheusProto', format: 'protobuf', type: protobuf, namesEscaping: false },
]

/** Each format with each strategy; and each escaping that a scraper can ask for, where there is something to escape. */
export const expositionCases: readonly ExpositionCase[] = [
  ...translationStrategies.flatMap((strategy) =>
    protocols.map((protocol) =>
      caseOf(strategy, protocol, protocol.namesEscaping ? 'allow-utf-8' : 'underscores'),
    ),
  ),
  ...protocols
    .filter(({ namesEscaping }) => namesEscaping)
    .flatMap((protocol) =>
      (['underscores', 'dots', 'values'] as const).map((escaping) =>
        caseOf('NoTranslation', protocol, escaping),
      ),
    ),
]

function caseOf(
  strategy: TranslationStrategy,
  { name, format, type, namesEscaping }: Protocol,
  escaping: EscapingScheme,
): ExpositionCase {
  const answered = type.replaceAll(';', '; ')
  return {
    strategy,
    format,
    escaping,
    scrape: {
      scrape_protocols: [name],
      ...(namesEscaping && { metric_name_escaping_scheme: escaping }),
    },
    accept: namesEscaping ? `${type};escaping=${escaping};q=` : `${type};q=`,
    contentType: [
      answered,
      ...(format === 'protobuf' ? [] : ['charset=utf-8']),
      ...(namesEscaping || format === 'protobuf' ? [`escaping=${escaping}`] : []),
    ].join('; '),
  }
}
