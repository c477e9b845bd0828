import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { createGzip } from 'node:zlib'
import { create as createTid } from '@atcute/tid'
import type { SyncFailure } from '../../../src/model/sync.ts'
import { type Block, blockOf } from '../../../src/net/repo/block.ts'
import { writeCar } from '../../../src/net/repo/car.ts'
import { parseCid } from '../../../src/net/repo/cid.ts'
import { signCommit } from '../../../src/net/repo/commit.ts'
import { HostedRepo, keyOf, post } from './hosted-repo.ts'
import type { HostOptions } from './hostile-network.ts'
import { type Answer, car, only, refuse } from './hostile-server.ts'

/** What a host does when its repo is asked for, and what has to become of the run. */
export interface HostileAnswer extends HostOptions {
  readonly what: string
  /** Why the run fails; it succeeds where this is absent. */
  readonly reason?: SyncFailure
  /** How often `getRepo` is asked in the run. @default 1 */
  readonly reads?: number
  /** Takes the time of a time limit. @default false */
  readonly isSlow?: boolean
}

/** Repos longer than this are refused in the tests of these answers. */
export const maxRepoBytes = 100_000_000

const [strangers, impostor] = await Promise.all([HostedRepo.create('a stranger'), keyOf('an impostor')])

const whole: readonly HostileAnswer[] = [
  { what: 'the blocks in the reverse order', answer: sending((repo) => repo.car(repo.blocks().reverse())) },
  {
    what: 'every block twice, and those of somebody else',
    answer: sending((repo) => repo.car([...repo.blocks(), ...strangers.blocks(), ...repo.blocks()])),
  },
  { what: 'one byte at a time, at speed', answer: only('getRepo', byteByByte) },
  {
    what: 'a file that says it is HTML',
    answer: only('getRepo', ({ response, repo }) =>
      response.writeHead(200, { 'content-type': 'text/html' }).end(repo?.car()),
    ),
  },
  {
    what: 'a file without the records, which it gives out one by one',
    answer: sending((repo) => repo.car(without(repo, repo.recordBlocks()))),
  },
  {
    what: 'a file without its tree, and the whole when asked again',
    reads: 2,
    answer: (call) => {
      if (call.method === 'getBlocks') refuse(call.response, 400, 'InvalidRequest')
      else if (call.method === 'getRepo' && call.times === 0 && call.repo)
        car(call.response, call.repo.car(without(call.repo, [call.repo.treeBlock()])))
      else call.honestly()
    },
  },
  {
    what: 'a redirect to another path of its own',
    answer: redirecting((url) => `${url.pathname}2${url.search}`),
  },
]

const places: readonly (readonly [place: string, at: (repo: HostedRepo) => number, endsAs: SyncFailure])[] = [
  ['before its first byte', () => 0, 'invalid'],
  ['in its header', () => 10, 'invalid'],
  ['after its header', headerBytes, 'network'],
  ['in the length of a block', (repo) => headerBytes(repo) + 1, 'invalid'],
  ['in the CID of a block', (repo) => headerBytes(repo) + 12, 'invalid'],
  ['in a block', (repo) => headerBytes(repo) + 80, 'invalid'],
  ['between two blocks', (repo) => repo.car([repo.head.commit]).length, 'network'],
  ['before its last byte', (repo) => repo.car().length - 1, 'invalid'],
]

const cut: readonly HostileAnswer[] = places.flatMap(([place, at, reason]) => [
  {
    what: `a connection that breaks ${place}`,
    reason: 'network',
    answer: only('getRepo', ({ response, repo }) => {
      if (repo === undefined) return
      const body = repo.car()
      response.writeHead(200, { 'content-type': carType, 'content-length': body.length })
      response.write(body.subarray(0, Math.max(1, at(repo))), () => response.destroy())
      if (at(repo) === 0) response.flushHeaders()
    }),
  },
  {
    what: `a file that ends ${place}`,
    reason,
    // What lacks blocks is read once more.
    reads: reason === 'network' ? 2 : 1,
    answer: ({ method, response, repo, honestly }) => {
      if (method === 'getRepo' && repo) car(response, repo.car().subarray(0, at(repo)))
      else if (method === 'getBlocks') refuse(response, 400, 'InvalidRequest')
      else honestly()
    },
  },
])

const wrong: readonly HostileAnswer[] = [
  {
    what: 'a web page',
    reason: 'invalid',
    answer: sending(() => Buffer.from('<html>Welcome to our PDS</html>')),
  },
  {
    what: 'the root of its tree for a commit',
    reason: 'invalid',
    answer: sending((repo) => repo.car(repo.blocks(), repo.treeBlock().cid)),
  },
  {
    what: 'a record for a commit',
    reason: 'invalid',
    answer: sending((repo) => repo.car(repo.blocks(), repo.recordBlocks()[0]?.cid)),
  },
  {
    what: 'a root that nobody has',
    reason: 'network',
    reads: 2,
    answer: sending((repo) => repo.car(repo.blocks(), blockOf(Buffer.of(0xa0)).cid)),
  },
  { what: 'the repo of somebody else', reason: 'invalid', answer: sending(() => strangers.car()) },
  {
    what: 'the repo of somebody else in its own name',
    reason: 'conflict',
    answer: resigned((repo) => ({
      data: strangers.head.data,
      blocks: strangers.blocks(),
      rev: repo.head.rev,
    })),
  },
  {
    what: 'a commit of another key',
    reason: 'conflict',
    answer: resigned((repo) => ({ data: repo.head.data, blocks: repo.blocks(), rev: repo.head.rev })),
  },
  {
    what: 'a signature with one bit turned',
    reason: 'conflict',
    answer: sending((repo) => {
      const bytes = Buffer.from(repo.head.commit.bytes)
      const at = bytes.indexOf('sig') + 20
      bytes[at] = (bytes[at] ?? 0) ^ 1
      const commit = blockOf(bytes)
      return repo.car([commit, ...repo.blocks()], commit.cid)
    }),
  },
  {
    what: 'a revision of the future, well signed',
    reason: 'invalid',
    answer: only('getRepo', async ({ response, repo }) => {
      const future = await HostedRepo.create('a time traveller', 0, repo?.did)
      await future.commit([post('tomorrow')], createTid((Date.now() + 86_400_000) * 1000, 1))
      car(response, future.car())
    }),
    document: (document) => ({ ...document, verificationMethod: futureKey(document) }),
  },
  {
    what: 'a record that was changed',
    reason: 'invalid',
    answer: sending((repo) => {
      const body = repo.car()
      body.write('X', body.lastIndexOf('createdAt') - 3)
      return body
    }),
  },
  {
    what: 'no records, and none when asked for them',
    reason: 'network',
    reads: 2,
    answer: (call) => lacking(call, (repo) => repo.recordBlocks()),
  },
  {
    what: 'no tree, and none when asked for it',
    reason: 'network',
    reads: 2,
    answer: (call) => lacking(call, (repo) => [repo.treeBlock()]),
  },
  {
    what: 'no tree, and when asked for it other blocks, without end',
    reason: 'network',
    reads: 2,
    answer: ({ method, response, repo, honestly }) => {
      if (method === 'getRepo' && repo) car(response, repo.car(without(repo, [repo.treeBlock()])))
      else if (method === 'getBlocks') car(response, strangers.car())
      else honestly()
    },
  },
  {
    what: 'blocks without end',
    reason: 'invalid',
    answer: only('getRepo', ({ response, repo }) => withoutEnd(response, repo)),
  },
  {
    what: 'blocks without end, packed',
    reason: 'invalid',
    answer: only('getRepo', ({ response, repo }) => packedWithoutEnd(response, repo)),
  },
  {
    what: 'a block of 4 GB',
    reason: 'invalid',
    answer: sending((repo) =>
      Buffer.concat([repo.car([]), Buffer.from('8080808010', 'hex'), Buffer.alloc(1000)]),
    ),
  },
  {
    what: 'a body in a coding that it does not have',
    reason: 'network',
    answer: only('getRepo', ({ response, repo }) =>
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(repo?.car()),
    ),
  },
]

const refusals: readonly HostileAnswer[] = [
  { what: '429', reason: 'rate_limited', answer: refusing(429, 'RateLimitExceeded') },
  {
    what: '429 for an hour',
    reason: 'rate_limited',
    answer: refusing(429, 'RateLimitExceeded', { 'retry-after': '3600' }),
  },
  {
    what: '429 for ever',
    reason: 'rate_limited',
    answer: refusing(429, 'RateLimitExceeded', { 'retry-after': '99999999999999999999' }),
  },
  { what: '500', reason: 'network', answer: refusing(500, 'InternalServerError') },
  { what: '503 with the page of a proxy', reason: 'network', answer: page(503) },
  { what: '504', reason: 'timeout', answer: page(504) },
  { what: '404 with a page', reason: 'invalid', answer: page(404) },
  { what: '401', reason: 'auth', answer: refusing(401, 'AuthMissing') },
  { what: '403', reason: 'auth', answer: page(403) },
  {
    what: '204',
    reason: 'invalid',
    answer: only('getRepo', ({ response }) => response.writeHead(204).end()),
  },
  {
    what: 'that it does not have the repo',
    reason: 'invalid',
    reads: 1,
    answer: refusing(400, 'RepoNotFound'),
  },
  { what: 'that the repo was taken down', reason: 'invalid', answer: refusing(400, 'RepoTakendown') },
  {
    what: 'nothing but the end of the connection',
    reason: 'network',
    answer: only('getRepo', ({ response }) => response.destroy()),
  },
  {
    what: 'what is not HTTP',
    reason: 'network',
    answer: only('getRepo', ({ response }) => response.socket?.end('SSH-2.0-OpenSSH_9.6\r\n')),
  },
  {
    what: 'headers without end',
    reason: 'invalid',
    answer: only('getRepo', ({ response }) => headersWithoutEnd(response)),
  },
  {
    what: 'a redirect to a private address',
    reason: 'invalid',
    answer: redirecting(() => 'https://10.0.0.1/x'),
  },
  {
    what: 'a redirect to a private address, by http',
    reason: 'invalid',
    answer: redirecting(() => 'http://169.254.169.254/latest/meta-data/'),
  },
  {
    what: 'a redirect to another service of this machine',
    reason: 'invalid',
    answer: redirecting(() => 'http://127.0.0.1:22/'),
  },
  { what: 'a redirect to a file', reason: 'invalid', answer: redirecting(() => 'file:///etc/passwd') },
  { what: 'redirects in a circle', reason: 'invalid', reads: 4, answer: redirecting((url) => url.href) },
]

const slow: readonly HostileAnswer[] = [
  { what: 'nothing at all', reason: 'timeout', isSlow: true, answer: only('getRepo', () => {}) },
  {
    what: 'headers, and nothing else',
    reason: 'timeout',
    isSlow: true,
    answer: only('getRepo', ({ response }) => response.writeHead(200).flushHeaders()),
  },
  { what: 'one byte a second', reason: 'timeout', isSlow: true, answer: only('getRepo', drop) },
]

const documents: readonly HostileAnswer[] = [
  ...[
    'https://10.0.0.1',
    'https://169.254.169.254',
    'https://[fd00::1]',
    'https://[::ffff:192.168.0.1]',
    'http://127.0.0.1:22',
    'http://127.0.0.1:6379',
    'http://example.com',
    'http://0.0.0.0:8080',
    'https://2130706433:25',
  ].map((endpoint) => ({
    what: `a document that names ${endpoint}`,
    reason: 'invalid' as const,
    reads: 0,
    document: naming(endpoint),
  })),
  {
    what: 'a document that names no host',
    reason: 'invalid',
    reads: 0,
    document: (document) => ({ ...document, service: [] }),
  },
  {
    what: 'a document without a key',
    reason: 'invalid',
    reads: 0,
    document: (document) => ({ ...document, verificationMethod: [] }),
  },
  {
    what: 'a document of another DID',
    reason: 'invalid',
    reads: 0,
    document: (document) => ({ ...document, id: strangers.did }),
  },
  { what: 'a document that is none', reason: 'invalid', reads: 0, document: () => 'hello' },
  { what: 'no document', reason: 'invalid', reads: 0, document: () => undefined },
]

export const hostileAnswers: readonly HostileAnswer[] = [
  ...whole,
  ...cut,
  ...wrong,
  ...refusals,
  ...slow,
  ...documents,
]

const carType = 'application/vnd.ipld.car'

function sending(body: (repo: HostedRepo) => Uint8Array): Answer {
  return only('getRepo', ({ response, repo }) => {
    if (repo) car(response, body(repo))
  })
}
function refusing(status: number, error: string, headers?: Readonly<Record<string, string>>): Answer {
  return only('getRepo', ({ response }) => refuse(response, status, error, headers))
}

function page(status: number): Answer {
  return only('getRepo', ({ response }) =>
    response.writeHead(status, { 'content-type': 'text/html' }).end('<html><h1>Sorry</h1></html>'),
  )
}

function redirecting(to: (url: URL) => string): Answer {
  return (call) => {
    if (call.method === 'getRepo') call.response.writeHead(302, { location: to(call.url) }).end()
    else if (call.method === 'getRepo2' && call.repo) car(call.response, call.repo.car())
    else call.honestly()
  }
}

function naming(endpoint: string): (document: Record<string, unknown>) => unknown {
  return (document) => ({
    ...document,
    service: [{ id: '#atproto_pds', type: 'AtprotoPersonalDataServer', serviceEndpoint: endpoint }],
  })
}

function without(repo: HostedRepo, blocks: readonly Block[]): Block[] {
  return repo.blocks().filter(({ cid }) => !blocks.some((block) => block.cid === cid))
}

function lacking(
  { method, response, repo, honestly }: Parameters<Answer>[0],
  blocks: (repo: HostedRepo) => readonly Block[],
): void {
  if (method === 'getRepo' && repo) car(response, repo.car(without(repo, blocks(repo))))
  else if (method === 'getBlocks') refuse(response, 400, 'InvalidRequest')
  else honestly()
}

/** What a host makes up and signs itself. */
function resigned(
  made: (repo: HostedRepo) => { data: string; blocks: readonly Block[]; rev: string },
): Answer {
  return only('getRepo', async ({ response, repo }) => {
    if (repo === undefined) return
    const { data, blocks, rev } = made(repo)
    const unsigned = { did: repo.did, rev, data: parseCid(data) }
    const commit = await signCommit(unsigned, (bytes) => impostor.sign(bytes))
    car(response, writeCar(commit.cid, [commit, ...blocks]))
  })
}

function headerBytes(repo: HostedRepo): number {
  return repo.car([]).length
}

async function byteByByte({ response, repo }: Parameters<Answer>[0]): Promise<void> {
  for (const byte of repo?.car() ?? []) response.write(Buffer.of(byte))
  response.end()
}

async function drop({ response, repo }: Parameters<Answer>[0]): Promise<void> {
  for (const byte of repo?.car() ?? []) {
    if (response.destroyed) return
    response.write(Buffer.of(byte))
    await sleep(1000, undefined, { ref: false })
  }
}

async function withoutEnd(response: ServerResponse, repo: HostedRepo | undefined): Promise<void> {
  if (repo) response.writeHead(200, { 'content-type': carType }).write(repo.car())
  for (let at = 0; !response.destroyed; at++) {
    const block = blockOf(Buffer.concat([Buffer.from([0x5a, 0, 0, 0x80, 0]), Buffer.alloc(32_768, at % 256)]))
    const numbered = blockOf(
      Buffer.concat([block.bytes.subarray(0, -4), Buffer.from(new Uint32Array([at]).buffer)]),
    )
    const section = Buffer.from(writeCar(numbered.cid, [numbered])).subarray(
      writeCar(numbered.cid, []).length,
    )
    if (!response.write(section)) await Promise.race([once(response, 'drain'), once(response, 'close')])
  }
}

async function packedWithoutEnd(response: ServerResponse, repo: HostedRepo | undefined): Promise<void> {
  const packed = createGzip({ level: 1 })
  response.writeHead(200, { 'content-type': carType, 'content-encoding': 'gzip' })
  packed.on('error', () => {}).pipe(response)
  if (repo) packed.write(repo.car())
  const block = blockOf(Buffer.concat([Buffer.from([0x5a, 0, 0x0f, 0, 0]), Buffer.alloc(0x0f0000)]))
  const section = Buffer.from(writeCar(block.cid, [block])).subarray(writeCar(block.cid, []).length)
  while (!response.destroyed) {
    if (!packed.write(section)) await Promise.race([once(packed, 'drain'), once(response, 'close')])
  }
  packed.destroy()
}

async function headersWithoutEnd({ socket }: ServerResponse): Promise<void> {
  socket?.write('HTTP/1.1 200 OK\r\n')
  while (socket && !socket.destroyed) {
    if (!socket.write(`X-Header: ${'x'.repeat(1000)}\r\n`))
      await Promise.race([once(socket, 'drain'), once(socket, 'close')])
  }
}

/** The key with which the repo of the future is signed. */
function futureKey({ id }: Record<string, unknown>): unknown {
  return [{ id: `${id}#atproto`, type: 'Multikey', controller: id, publicKeyMultibase: travellersKey }]
}

const travellersKey = (await keyOf('a time traveller')).multikey
