import { metrics } from '@opentelemetry/api'
import { PrometheusExporter } from '@opentelemetry/exporter-prometheus'
import { MeterProvider } from '@opentelemetry/sdk-metrics'
import { takeBack } from './returns.ts'
import { Sorter } from './sorter.ts'

metrics.setGlobalMeterProvider(new MeterProvider({ readers: [new PrometheusExporter({ port: 9464 })] }))

const sorter = new Sorter()
setInterval(() => {
  sorter.take({ depot: 'north', grams: 800, courier: 'ann@parcels.example' }, '1')
  sorter.leave('1')
  sorter.park(3, 90_000)
  if (Math.random() < 0.01) sorter.lose()
  if (Math.random() < 0.02) sorter.giveBack()
  if (Math.random() < 0.01) takeBack(2)
}, 1000)
