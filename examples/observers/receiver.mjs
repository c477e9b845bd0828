// Takes webhooks: HOOK_SECRET=whsec_… PORT=8080 node receiver.mjs
import { createHmac, timingSafeEqual } from 'node:crypto'
import { createServer } from 'node:http'

const key = Buffer.from(process.env.HOOK_SECRET.replace(/^whsec_/, ''), 'base64')
/** A program with a database keeps the ids there, as long as `webhook-timestamp` is believed or longer. */
const seen = new Set()

const server = createServer(async (request, response) => {
  const body = Buffer.concat(await request.toArray())
  const {
    'webhook-id': id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signature = '',
  } = request.headers
  if (!isGenuine(`${id}.${timestamp}.${body}`, signature) || !isFresh(timestamp)) {
    response.writeHead(401).end()
    return
  }
  if (!seen.has(id)) {
    seen.add(id)
    const { data } = JSON.parse(body)
    console.log(`${data.did} follows ${data.record.value.subject}`)
  }
  response.writeHead(204).end()
})

function isGenuine(message, signature) {
  const expected = Buffer.from(`v1,${createHmac('sha256', key).update(message).digest('base64')}`)
  const given = Buffer.from(signature)
  return given.length === expected.length && timingSafeEqual(given, expected)
}

function isFresh(timestamp) {
  return Math.abs(Date.now() / 1000 - Number(timestamp)) < 300
}

server.listen(Number(process.env.PORT ?? 8080), '127.0.0.1', () => {
  console.log(`takes webhooks on http://127.0.0.1:${server.address().port}`)
})
