import assert from 'node:assert/strict'
import type { SettingPath } from '../otel/files/setting-error.ts'
import type { Random } from '../src/demo/random.ts'

/** Stands in every part of every secret, so that no piece of one can be shown unnoticed. */
const mark = 'zqx'

/** Enough to see whether a place is watched at all. */
export const oneSecret = `${mark}/${mark}@${mark}`

/** What people choose for passwords, and what generators make; some break a URL in two. */
export const secrets: readonly string[] = [
  mark,
  mark.toUpperCase(),
  `${mark}8${mark}`,
  ..."@:/?#%&=+;,.!$*~'()[]{}|^`<>\\".split('').map((character) => `${mark}1${character}${mark}2`),
  `${mark}/${mark}@${mark}:${mark}`,
]

/** Texts that hold a secret where a reader of them would look for one. */
export function textsWith(secret: string): readonly string[] {
  const encoded = encodeURIComponent(secret)
  return [
    `https://user:${secret}@127.0.0.1:1/path`,
    `https://${encoded}@127.0.0.1:1/path`,
    `http://:${secret}@127.0.0.1:1`,
    `ws://user:${secret}@127.0.0.1:1`,
    `user:${encoded}@127.0.0.1:1`,
    `127.0.0.1:1, https://user:${secret}@127.0.0.1:1`,
    ...parameters.flatMap((name) => [
      `https://127.0.0.1:1/path?a=b&${name}=${encoded}&c=d`,
      `/path?${name}=${encoded}&c=d`,
    ]),
    `https://127.0.0.1:1/?to=${encodeURIComponent(`https://127.0.0.1:1/?token=${encoded}&a=b`)}`,
    `https://127.0.0.1:1/#access_token=${encoded}`,
    `authorization=Bearer ${encoded}`,
    `authorization=Basic%20${encoded},x=y`,
    `x=y,api-key=${encoded}`,
    `{"authorization":"${secret.replaceAll('\\', '\\\\')}"}`,
  ]
}

const parameters = [
  'token',
  'access_token',
  'toekn',
  'tokn',
  'X-Auth-Token',
  'key',
  'apiKey',
  'api_key',
  'sig',
  'pass',
  'password',
  'pasword',
  'client_secret',
  'secert',
  'auth[bearer]',
  'credentials',
  'jwt',
]

/** Fails where a piece of a secret is shown. */
export function assertHidden(shown: string, given: string): void {
  assert.ok(!shown.toLowerCase().includes(mark), `given ${given}, this is shown: ${shown}`)
}

/** A configuration file with a value for every kind of setting, and a secret wherever one belongs. */
export const configFile = `file_format: "1.0"
log_level: info
resource:
  attributes_list: a=b
  attributes:
    - name: stage
      value: test
    - name: team
      value: sync
meter_provider:
  exemplar_filter: trace_based
  readers:
    - pull:
        exporter:
          prometheus/development:
            host: 127.0.0.1
            port: 0
            translation_strategy: underscore_escaping_with_suffixes
            resource_constant_labels:
              included: [service.*]
    - periodic:
        interval: 15000
        timeout: 10000
        exporter:
          otlp_http:
            endpoint: http://user:${mark}@127.0.0.1:1/?token=${mark}
            encoding: protobuf
            headers:
              - name: authorization
                value: Bearer ${mark}
              - { name: api-key, value: "${mark}" }
            headers_list: authorization=Bearer%20${mark},api-key=${mark}
            compression: gzip
    - periodic:
        exporter:
          otlp_grpc:
            endpoint: https://user:${mark}@127.0.0.1:1
            headers: [{ name: x-auth, value: ${mark} }]
  views:
    - selector: { instrument_name: sync.runs }
      stream: { name: runs, attribute_keys: { included: [trigger] } }
tidegauge:
  sensitive: [page]
  scrape_auth:
    username: user
    password: ${mark}
`

/** The paths of all values in something that JSON could hold. */
export function pathsOf(value: unknown, path: SettingPath = []): SettingPath[] {
  if (typeof value !== 'object' || value === null) return [path]
  const keyOf = (key: string) => (Array.isArray(value) ? Number(key) : key)
  return Object.entries(value).flatMap(([key, part]) => pathsOf(part, [...path, keyOf(key)]))
}

/** A text with one thing left out, put in or put twice, anywhere but inside of a secret. */
export function broken(text: string, random: Random): string {
  for (;;) {
    const at = random.int(text.length)
    if (text.slice(Math.max(0, at - mark.length + 1), at + mark.length - 1).includes(mark)) continue
    const left = random.int(3)
    const put = random.int(3) === 0 ? '' : random.pick(faults)
    return text.slice(0, at) + put + text.slice(at + left).replace(/^(zq?|q?x)(?=\W)/, '')
  }
}

const faults = [...':"\'{}[],&*!|>%@#?-\n\t `=$', ': ', ' #', '\n  ', '${', '- ', '&a ', '*a ', '!!', '---\n']
