// What a history takes at rest and when it is asked, beside Prometheus' TSDB, and what keeping it costs who records.
// usage: node bench/history/run.ts [--series 400] [--days 30] [--operations 1000000] [--rounds 5]
import { parseArgs } from 'node:util'
import { measureCost } from './cost.ts'
import { measureForms } from './forms.ts'
import { measureMonth } from './month.ts'

const { values: flags } = parseArgs({
  options: {
    series: { type: 'string', default: '400' },
    days: { type: 'string', default: '30' },
    operations: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '5' },
  },
})
await measureForms(Number(flags.series))
await measureMonth(Number(flags.series), Number(flags.days))
measureCost(Number(flags.operations), Number(flags.rounds))
