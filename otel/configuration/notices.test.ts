import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readConfiguration } from './configuration.ts'
import type { PipelineFlags } from './pipeline-flags.ts'

const service = { name: 'demo', version: '1' }

describe('metrics', () => {
  const cases: readonly {
    readonly given: string
    readonly environment?: NodeJS.ProcessEnv
    readonly flags?: PipelineFlags
    readonly says: readonly RegExp[]
  }[] = [
    { given: 'nothing', says: [] },
    { given: 'a loopback address', flags: { host: '::1' }, says: [] },
    {
      given: 'every address, by a flag',
      flags: { host: '0.0.0.0' },
      says: [
        /^everybody who reaches this machine may read the metrics on 0\.0\.0\.0:9464: set --metrics-token, or/,
      ],
    },
    {
      given: 'every address, by a variable, in a program without flags',
      environment: { OTEL_EXPORTER_PROMETHEUS_HOST: '::' },
      says: [
        /may read the metrics on \[::\]:9464: set tidegauge\.scrape_auth in the file that OTEL_CONFIG_FILE names$/,
      ],
    },
    { given: 'every address, and a token', flags: { host: '::', token: 'secret' }, says: [] },
    {
      given: 'every address, and nothing measured',
      environment: { OTEL_SDK_DISABLED: 'true' },
      flags: { host: '::' },
      says: [],
    },
    {
      given: 'port and token, and nothing is scraped',
      environment: { OTEL_METRICS_EXPORTER: 'otlp' },
      flags: { host: '::', port: 1, token: 'secret' },
      says: [/^--metrics-port has no effect: no reader/, /^--metrics-token has no effect: no reader/],
    },
  ]
  for (const { given, environment = {}, flags, says } of cases)
    it(`${says.length > 0 ? 'are warned of' : 'are silent'} where given ${given}`, async () => {
      const { notices } = await readConfiguration({ service, environment, flags })
      assert.equal(notices.length, says.length, notices.join('\n'))
      for (const [i, expected] of says.entries()) assert.match(notices[i] ?? '', expected)
    })
})
