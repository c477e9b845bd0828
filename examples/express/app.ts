import { setTimeout as pause } from 'node:timers/promises'
import { bind, measureHttp, startPipeline, timed } from '@tidegauge/otel'
import express from 'express'
import { cafeBrewDuration, cafeOrders, catalog, drinks } from './metrics.ts'

const service = { name: 'cafe', version: '1.0.0' }
const onLog = (level: 'debug' | 'info' | 'warn' | 'error', line: string) =>
  console[level](`${level}: ${line}`)
const pipeline = await startPipeline({ catalog, service, onLog }).catch((error) => {
  console.error(error.message)
  process.exit(2)
})
const orders = bind(pipeline.meter(), cafeOrders)
const measureBrew = timed(pipeline.meter(), { duration: cafeBrewDuration })

const app = express()
app.post('/orders/:drink', async ({ params }, response) => {
  const drink = drinks.find((one) => one === params.drink)
  if (drink === undefined) return response.status(404).json({ error: `we have ${drinks.join(', ')}` })
  orders.add(1, { drink })
  await measureBrew({ drink }, () => pause(15))
  return response.json({ cup: drink })
})

const port = Number(process.env.PORT ?? 8080)
const server = app.listen(port, '127.0.0.1', () => {
  console.log(`cafe     http://127.0.0.1:${port}`)
  console.log(`metrics  ${pipeline.endpoint?.url ?? 'are not scraped'}`)
})
measureHttp({ meterProvider: pipeline.meterProvider, listensOn: () => [port] })
for (const signal of ['SIGINT', 'SIGTERM'])
  process.once(signal, () => server.close(() => pipeline.shutdown()))
