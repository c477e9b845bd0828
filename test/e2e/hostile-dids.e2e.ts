import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Did } from '../../src/model/did.ts'
import type { CommitBody } from '../../src/net/repo/frames.ts'
import { DeadDids } from './harness/dead-dids.ts'
import { type HostedRepo, post } from './harness/hosted-repo.ts'
import { HostileNetwork } from './harness/hostile-network.ts'
import { HostileServer, honest } from './harness/hostile-server.ts'
import { request } from './harness/network.ts'
import { sumOf } from './harness/scraped-sum.ts'
import { startTidegauge, type Tidegauge } from './harness/tidegauge.ts'
import { until } from './harness/until.ts'

/** `npm run soak` takes longer, with more honest events. */
const seconds = Number(process.env.E2E_MINUTES || 2 / 3) * 60
const honestPerSecond = Number(process.env.E2E_RATE || 20)
const deadPerSecond = 100
/** Within this an honest event is stored, in ms; a sixth of it is usual. */
const soonMs = 2000
/** The share of them that may take longer, on a machine that does something else meanwhile. */
const lateShare = 1 / 4
/** Not more than so many seconds after the relay is what is applied, with the same share of exceptions. */
const lagSeconds = 1
/** What the process needs at its highest, in bytes, however long it takes. */
const maxMemoryBytes = 800_000_000
/** How much more than before it may need in the second half of a time that is long enough for it to have grown up. */
const maxGrowth = { afterSeconds: 300, ratio: 1.1 }

describe(`${seconds} s of ${deadPerSecond} new dead DIDs a second`, () => {
  it('hold up no honest repo, new or known, and are told of', async () => {
    await using network = await HostileNetwork.start()
    await using dead = new DeadDids()
    const known = await Promise.all(
      Array.from({ length: 20 }, async (_, at) => (await network.host(`known ${at}`, { posts: 0 })).repo),
    )
    for (const repo of known) network.send({ type: '#commit', body: await repo.commit([post('first')]) })
    // Listening from the beginning, so that nobody dead ever had their ports, and so their names.
    const rounds = Array.from({ length: Math.ceil(seconds) }, (_, at) => `round ${at}`)
    const ofPlc = await Promise.all(rounds.map((name) => newRepo(network, `plc ${name}`)))
    const ofWeb = await Promise.all(rounds.map((name) => newWebRepo(network, `web ${name}`)))
    await using service = await startTidegauge({ pds: network.pds })
    for (const repo of known) await until('known repos are stored', () => isStored(service, repo, 'first'))

    const kinds = {
      known: new Watch(service),
      'new did:plc': new Watch(service),
      'new did:web': new Watch(service),
    }
    const memory: number[] = []
    const lags: number[] = []
    const endMs = Date.now() + seconds * 1000
    const [watched, others] = [known.slice(0, 10), known.slice(10)]
    const attack = kill(network, dead, endMs)
    const life = live(network, others, endMs)
    for (const [at, round] of rounds.entries()) {
      const begunMs = Date.now()
      await kinds.known.send(network, watched[at % watched.length] as HostedRepo, round.replace(' ', '-'))
      await kinds['new did:plc'].send(network, ofPlc[at] as HostedRepo, 'only')
      await kinds['new did:web'].send(network, ofWeb[at] as HostedRepo, 'only')
      memory.push(service.memory())
      lags.push(sumOf(await service.scrape(), 'firehose_lag_seconds'))
      await sleep(Math.max(0, begunMs + 1000 - Date.now()))
    }
    const sent = await life
    await attack
    await Promise.all(Object.values(kinds).map((watch) => watch.settled()))

    const scrape = await service.scrape()
    const value = (name: string, labels = {}) => sumOf(scrape, name, labels)
    console.log(
      JSON.stringify({
        dead: dead.made,
        asked: dead.asked,
        honest: sent,
        ...Object.fromEntries(Object.entries(kinds).map(([kind, watch]) => [kind, watch.figures()])),
        lagSeconds: { most: Math.max(...lags) },
        memoryMB: Array.from({ length: 11 }, (_, tenth) =>
          Math.round((memory[Math.floor(((memory.length - 1) * tenth) / 10)] ?? 0) / 1e6),
        ),
        held: value('sync_held_events'),
        waiting: value('identity_waiting_dids'),
      }),
    )
    assert.ok(dead.made > seconds * deadPerSecond * 0.8, `only ${dead.made} dead ones were made`)
    for (const [kind, watch] of Object.entries(kinds)) {
      const late = watch.delays.filter((ms) => ms > soonMs)
      assert.ok(late.length <= watch.delays.length * lateShare, `${kind}: late by ${late}`)
    }
    const behind = lags.filter((lag) => lag > lagSeconds)
    assert.ok(behind.length <= lags.length * lateShare, `lags by ${behind}`)
    assert.ok(Math.max(...memory) < maxMemoryBytes, `${Math.max(...memory)} bytes`)
    if (seconds >= maxGrowth.afterSeconds) {
      const half = Math.floor(memory.length / 2)
      const [before, after] = [Math.max(...memory.slice(0, half)), Math.max(...memory.slice(half))]
      assert.ok(after <= before * maxGrowth.ratio, `from ${before} to ${after} bytes`)
    }
    assert.ok(value('sync_held_events') > 0, 'what no key was found for is told of')
    assert.ok(value('identity_waiting_dids') > 0)
    assert.ok(value('identity_lookups_total', { method: 'web', outcome: 'timeout' }) > 0)
  })
})

/** How long events take from the relay until they can be asked for. */
class Watch {
  readonly delays: number[] = []
  readonly #service: Tidegauge
  readonly #waiting: Promise<void>[] = []

  constructor(service: Tidegauge) {
    this.#service = service
  }

  async send(network: HostileNetwork, repo: HostedRepo, rkey: string): Promise<void> {
    const body = await repo.commit([post(rkey)])
    network.send({ type: '#commit', body }, Date.now())
    this.#waiting.push(this.#wait(repo, rkey, performance.now()))
  }

  async settled(): Promise<void> {
    await Promise.all(this.#waiting)
  }

  figures(): { readonly median: number; readonly p95: number; readonly most: number } {
    const sorted = this.delays.toSorted((a, b) => a - b)
    const at = (share: number) => Math.round(sorted[Math.floor(sorted.length * share)] ?? Number.NaN)
    return { median: at(0.5), p95: at(0.95), most: Math.round(sorted.at(-1) ?? Number.NaN) }
  }

  async #wait(repo: HostedRepo, rkey: string, begunMs: number): Promise<void> {
    while (performance.now() < begunMs + 60_000 && !(await isStored(this.#service, repo, rkey)))
      await sleep(50)
    this.delays.push(performance.now() - begunMs)
  }
}

async function isStored(service: Tidegauge, { did }: HostedRepo, rkey: string): Promise<boolean> {
  const response = await request(
    `${service.url}/records/${encodeURIComponent(did)}/app.bsky.feed.post/${rkey}`,
  )
  await response.body?.cancel()
  return response.ok
}

/** A relay passes on one event each of DIDs that do not resolve. */
async function kill(network: HostileNetwork, dead: DeadDids, endMs: number): Promise<void> {
  const begunMs = Date.now()
  const body = await (await newRepo(network, 'template')).commit([post('x'.repeat(1000), 'bait')])
  for (let sent = 0; Date.now() < endMs; sent++) {
    network.send(
      { type: '#commit', body: { ...body, repo: await dead.next() } satisfies CommitBody },
      Date.now(),
    )
    await sleep(Math.max(0, begunMs + (sent * 1000) / deadPerSecond - Date.now()))
  }
}

/** Honest repos write beside it. @returns how many events. */
async function live(network: HostileNetwork, repos: readonly HostedRepo[], endMs: number): Promise<number> {
  const begunMs = Date.now()
  let sent = 0
  for (; Date.now() < endMs; sent++) {
    const repo = repos[sent % repos.length] as HostedRepo
    network.send({ type: '#commit', body: await repo.commit([post(`life-${sent}`)]) }, Date.now())
    await sleep(Math.max(0, begunMs + (sent * 1000) / honestPerSecond - Date.now()))
  }
  return sent
}

async function newRepo(network: HostileNetwork, name: string): Promise<HostedRepo> {
  return (await network.host(name, { posts: 0 })).repo
}

/** A repo whose DID is the host of its document. */
async function newWebRepo(network: HostileNetwork, name: string): Promise<HostedRepo> {
  const documents = new Map<string, unknown>()
  const server = await HostileServer.start({ documents, answer: honest })
  const did: Did = `did:web:localhost%3A${server.url.port}`
  const { repo } = await network.host(name, { posts: 0, did })
  documents.set('.well-known/did.json', repo.document(server.url))
  server.http.unref()
  return repo
}
