import assert from 'node:assert/strict'
import { fork } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { Harness, KnownKeys } from './testing/harness.ts'

it('gives up a relay whose process is suspended, and reads on once that is not', {
  timeout: 60_000,
}, async () => {
  const process = fork(new URL('testing/relay-process.ts', import.meta.url))
  try {
    const [address] = await once(process, 'message')
    const relay = new URL(address)
    await using harness = new Harness({
      relay,
      identity: new KnownKeys([]),
      heartbeatMs: 500,
      handshakeTimeoutMs: 200,
    })
    const { firehose } = harness
    process.send('one more')
    await harness.until(1)

    process.kill('SIGSTOP')
    while (firehose.connected) await sleep(10)
    // The system takes connections for it all the same, so that nothing but silence tells.
    const socket = connect(Number(relay.port), relay.hostname)
    await once(socket, 'connect')
    socket.destroy()
    await harness.reported('failure connect', harness.count('failure connect') + 2)
    assert.equal(firehose.connected, false)

    process.kill('SIGCONT')
    process.send('one more')
    await harness.until(2)
  } finally {
    process.kill('SIGKILL')
  }
})
