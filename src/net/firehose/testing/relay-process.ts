import { TestRelay } from './test-relay.ts'
import { anyFrame } from './test-repo.ts'

/** Run as a process of its own, which can be suspended: a relay that has one more event for each message that it gets. */
if (process.argv[1] === import.meta.filename) {
  const relay = await TestRelay.start()
  let seq = 0
  process.on('message', () => {
    seq += 1
    const time = new Date().toISOString()
    relay.emit(seq, anyFrame('#identity', { seq, did: 'did:plc:aaaaaaaaaaaaaaaaaaaaaaaa', time }))
  })
  process.on('disconnect', () => process.exit())
  process.send?.(relay.url.href)
}
