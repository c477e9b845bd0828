import assert from 'node:assert/strict'
import { createSocket, type RemoteInfo } from 'node:dgram'
import { lookup, Resolver as NameServers } from 'node:dns/promises'
import { once } from 'node:events'
import { describe, it } from 'node:test'
import { createNameService } from './name-service.ts'

const types = { A: 1, AAAA: 28 } as const

/** What a name server says: addresses as bytes, a code such as 3 for "no such name", or nothing at all. */
type Answer = readonly number[] | number | 'silence'

/** A name server of the test's own, on loopback. */
async function serve(answer: (name: string, type: keyof typeof types) => Answer, timeout = 100) {
  const socket = createSocket('udp4', (query: Buffer, from: RemoteInfo) => {
    const { name, type, question } = readQuestion(query)
    const said = answer(name, type)
    if (said === 'silence') return
    const [code, address] = typeof said === 'number' ? [said, []] : [0, said]
    const header = Buffer.from(query.subarray(0, 12))
    header.writeUInt16BE(0x8180 + code, 2)
    header.writeUInt16BE(address.length > 0 ? 1 : 0, 6)
    header.writeUInt32BE(0, 8)
    const record = Buffer.from([0xc0, 12, 0, types[type], 0, 1, 0, 0, 0, 0, 0, address.length, ...address])
    socket.send(
      Buffer.concat([header, question, address.length > 0 ? record : Buffer.of()]),
      from.port,
      from.address,
    )
  }).bind(0, '127.0.0.1')
  await once(socket, 'listening')
  const servers = new NameServers({ timeout, tries: 1 })
  servers.setServers([`127.0.0.1:${socket.address().port}`])
  return { servers, resolve: createNameService(servers), [Symbol.dispose]: () => socket.close() }
}

function readQuestion(query: Buffer) {
  const labels: string[] = []
  let at = 12
  for (let length = query[at] as number; length > 0; length = query[at] as number) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += 1 + length
  }
  const type: keyof typeof types = query.readUInt16BE(at + 1) === types.A ? 'A' : 'AAAA'
  return { name: labels.join('.'), type, question: query.subarray(12, at + 5) }
}

describe('the name service', () => {
  it('tells the addresses of both kinds', async () => {
    using server = await serve((_, type) =>
      type === 'A' ? [192, 0, 2, 1] : [0x20, 1, 0xd, 0xb8, ...Array<number>(11).fill(0), 1],
    )
    assert.deepEqual(await server.resolve('both.example'), [
      { address: '192.0.2.1', family: 4 },
      { address: '2001:db8::1', family: 6 },
    ])
  })

  it('tells those of one kind where there are no others, or nobody says', async () => {
    for (const other of [[], 3, 'silence'] as const) {
      using server = await serve((_, type) => (type === 'A' ? [192, 0, 2, 1] : other))
      assert.deepEqual(await server.resolve('one.example'), [{ address: '192.0.2.1', family: 4 }])
    }
  })

  const failures: [what: string, four: Answer, six: Answer, code: string][] = [
    ['no such name', 3, 3, 'ENOTFOUND'],
    ['a name without addresses', [], [], 'ENODATA'],
    ['silence', 'silence', 'silence', 'ETIMEOUT'],
    ['silence about one kind', [], 'silence', 'ETIMEOUT'],
    ['a server that fails', 2, 3, 'ESERVFAIL'],
  ]
  for (const [what, four, six, code] of failures) {
    it(`fails with ${code} for ${what}`, async () => {
      using server = await serve((_, type) => (type === 'A' ? four : six))
      await assert.rejects(server.resolve('none.example'), { code })
    })
  }

  it('keeps no thread from others, however many names nobody answers for', async () => {
    using server = await serve(() => 'silence', 60_000)
    const names = Array.from({ length: 200 }, (_, at) => server.resolve(`name${at}.example`))
    await lookup('localhost')
    // The operating system has answered before any of them was given up.
    server.servers.cancel()
    for (const name of names) await assert.rejects(name, { code: 'ECANCELLED' })
  })
})
