import assert from 'node:assert/strict'
import { once } from 'node:events'
import { connect } from 'node:net'
import { describe, it } from 'node:test'
import express from 'express'
import { createLog } from '../../model/log.ts'
import { listen } from './listen.ts'
import { problems } from './problem.ts'

describe('problems', () => {
  const late = [
    { title: 'an error', fail: () => new Error('too late') },
    { title: 'something that is not an error', fail: () => 'too late' },
  ]
  for (const { title, fail } of late) {
    it(`cuts the answer off, so that it cannot pass for whole, after ${title}`, async () => {
      const log: string[] = []
      const app = express().get('/', async (_request, response) => {
        response.write('the beginning')
        throw fail()
      })
      app.use(problems(createLog({ write: (line) => log.push(line) })))
      await using listener = await listen(app, { port: 0 })
      const socket = connect(listener.port, '127.0.0.1')
      socket.write('GET / HTTP/1.1\r\nHost: x\r\n\r\n')
      const chunks: Buffer[] = []
      socket.on('data', (chunk) => chunks.push(chunk)).on('error', () => {})
      await once(socket, 'close')
      // The end of a chunked answer is a chunk of length 0.
      assert.doesNotMatch(Buffer.concat(chunks).toString(), /\r\n0\r\n\r\n$/)
      assert.equal(log.length, 1)
      assert.match(log[0] ?? '', /too late/)
    })
  }
})
