import assert from 'node:assert/strict'
import { existsSync, readFileSync } from 'node:fs'
import { describe, it } from 'node:test'
import { parse } from 'yaml'
import { collectorVersion } from '../tools/collector/build.ts'
import { environmentOf, readDockerfile } from './dockerfile.fixture.ts'

const read = (path: string) => readFileSync(new URL(`../${path}`, import.meta.url), 'utf8')
const compose = parse(read('compose.yaml')) as { services: Record<string, Service>; volumes: object }
const prometheus = parse(read('deploy/prometheus/prometheus.yml'))
const manifest = JSON.parse(read('package.json'))
const lock = JSON.parse(read('package-lock.json'))
const services = new Map(Object.entries(compose.services))

interface Service {
  readonly image: string
  readonly environment?: Readonly<Record<string, string>>
  readonly command?: string | readonly string[]
  readonly ports: readonly string[]
  readonly volumes: readonly string[]
  readonly healthcheck?: { readonly test: readonly string[] }
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>
}

/** The ports that each program listens on inside its container. */
const listens: Readonly<Record<string, readonly number[]>> = {
  tidegauge: exposed(),
  collector: [...read('collector-config.yaml').matchAll(/_PORT:-(\d+)\}/g)].map(([, port]) => Number(port)),
  prometheus: [9090],
  grafana: [3000],
}

describe('the compose file', () => {
  it('brings up the service, the Collector, Prometheus and Grafana', () =>
    assert.deepEqual([...services.keys()], ['tidegauge', 'collector', 'prometheus', 'grafana']))

  const versions = {
    tidegauge: `tidegauge:${manifest.version}`,
    collector: `otel/opentelemetry-collector-contrib:${collectorVersion}`,
    prometheus: `prom/prometheus:v3.${/prometheus\/prometheus v0\.3(\d+\.\d+)/.exec(read('tools/collector/go.mod'))?.[1]}`,
    grafana: `grafana/grafana:${manifest.devDependencies['@grafana/schema']}`,
  }
  for (const [name, image] of Object.entries(versions))
    it(`uses the tested version of ${name}`, () => assert.equal(services.get(name)?.image, image))

  for (const [name, { ports, volumes, depends_on = {} }] of services) {
    it(`publishes ports that ${name} listens on, on loopback only`, () => {
      for (const port of ports) {
        const [, inside] = /^127\.0\.0\.1:\d+:(\d+)$/.exec(port) ?? []
        assert.ok(listens[name]?.includes(Number(inside)), port)
      }
    })

    it(`mounts into ${name} files that exist, read-only, and volumes`, () => {
      for (const [from = '', , mode] of volumes.map((volume) => volume.split(':')))
        if (from.startsWith('./')) {
          assert.ok(existsSync(new URL(`../${from}`, import.meta.url)), from)
          assert.equal(mode, 'ro', from)
        } else assert.ok(from in compose.volumes, from)
    })

    it(`starts ${name} after services that have a healthcheck`, () => {
      for (const [other, { condition }] of Object.entries(depends_on))
        if (condition === 'service_healthy') assert.ok(services.get(other)?.healthcheck, other)
    })
  }

  it('publishes no port of the host twice', () => {
    const outside = [...services.values()].flatMap(({ ports }) => ports.map((port) => port.split(':')[1]))
    assert.equal(new Set(outside).size, outside.length)
  })

  it('has the service push to a port on which the Collector takes OTLP', () => {
    const endpoint = services.get('tidegauge')?.environment?.OTEL_EXPORTER_OTLP_ENDPOINT ?? ''
    const [, host = '', port] = /\{.*:-http:\/\/(\w+):(\d+)\}/.exec(endpoint) ?? []
    assert.ok(listens[host]?.includes(Number(port)), endpoint)
  })
})

describe('the configuration of Prometheus', () => {
  const targets: string[] = prometheus.scrape_configs.flatMap(({ static_configs }: ScrapeConfig) =>
    static_configs.flatMap((config) => config.targets),
  )
  for (const target of targets)
    it(`scrapes ${target}, which the compose file starts`, () => {
      const [host = '', port] = target.split(':')
      assert.ok(services.has(host))
      assert.ok(listens[host]?.includes(Number(port)))
    })

  it('is mounted where Prometheus looks for it, and so are the rules', () => {
    const { command = [] } = services.get('prometheus') ?? {}
    assert.ok(command.includes('--config.file=/etc/prometheus/prometheus.yml'))
    assert.equal(
      mountedAt('prometheus', '/etc/prometheus/prometheus.yml'),
      './deploy/prometheus/prometheus.yml',
    )
    assert.deepEqual(prometheus.rule_files, ['alerts/*.yaml'])
    assert.equal(mountedAt('prometheus', '/etc/prometheus/alerts'), './dashboards/alerts')
  })
})

describe('the provisioning of Grafana', () => {
  const [source] = parse(read('deploy/grafana/provisioning/datasources/prometheus.yaml')).datasources
  const [provider] = parse(read('deploy/grafana/provisioning/dashboards/tidegauge.yaml')).providers

  it('queries the Prometheus of the compose file, at its scrape interval', () => {
    const { hostname, port } = new URL(source.url)
    assert.ok(listens[hostname]?.includes(Number(port)))
    assert.equal(source.type, 'prometheus')
    assert.equal(source.jsonData.timeInterval, prometheus.global.scrape_interval)
  })

  it('is mounted where Grafana looks for it, and so are the dashboards', () => {
    assert.equal(mountedAt('grafana', '/etc/grafana/provisioning'), './deploy/grafana/provisioning')
    assert.equal(mountedAt('grafana', provider.options.path), './dashboards')
    const home = services.get('grafana')?.environment?.GF_DASHBOARDS_DEFAULT_HOME_DASHBOARD_PATH ?? ''
    assert.ok(home.startsWith(`${provider.options.path}/`))
    assert.ok(existsSync(new URL(`../dashboards/${home.split('/').at(-1)}`, import.meta.url)))
  })
})

describe('the Dockerfile', () => {
  const stages = readDockerfile(new URL('../Dockerfile', import.meta.url))
  const last = stages.at(-1) ?? assert.fail('it has no stage')

  it('uses the tested version of Node in every stage', () => {
    const { version } = lock.packages['node_modules/node']
    for (const { image } of stages) assert.equal(image, `node:${version}-bookworm-slim`)
  })

  it('runs as a user other than root who owns the data', () => {
    const words = last.instructions.map(({ word, text }) => `${word} ${text}`)
    assert.ok(words.includes('USER node'))
    assert.ok(words.indexOf('USER node') > words.findIndex((text) => text.includes('chown node:node /data')))
    assert.equal(environmentOf(last).TIDEGAUGE_DATA, '/data')
    assert.ok(services.get('tidegauge')?.volumes.some((volume) => volume.endsWith(':/data')))
  })

  it('checks health on the port that it exposes', () => {
    const { text = '' } = last.instructions.find(({ word }) => word === 'HEALTHCHECK') ?? {}
    assert.match(text, /http:\/\/127\.0\.0\.1:3000\/health/)
    assert.ok(listens.tidegauge?.includes(3000))
  })
})

interface ScrapeConfig {
  readonly static_configs: readonly { readonly targets: readonly string[] }[]
}

function mountedAt(service: string, path: string): string | undefined {
  const mounts = services.get(service)?.volumes.map((volume) => volume.split(':')) ?? []
  return mounts.find(([, to]) => to === path)?.[0]
}

function exposed(): number[] {
  const last = readDockerfile(new URL('../Dockerfile', import.meta.url)).at(-1)
  const { text = '' } = last?.instructions.find(({ word }) => word === 'EXPOSE') ?? {}
  return text.split(' ').map(Number)
}
