import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { DeclaredMetric } from '../metrics/declared-metric.ts'
import { readWritten } from './source.fixture.ts'

type Files = Readonly<Record<string, string>>

interface Row {
  readonly what: string
  readonly files: Files
  /** Of each metric: name, type, labels, and what records it. */
  readonly expected: readonly string[]
}

const goImport = 'import "github.com/prometheus/client_golang/prometheus"'

const rows: readonly Row[] = [
  {
    what: 'prom-client over imports, constants and constructor wiring',
    files: {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: it is source
      'names.js': "export const prefix = 'shop'\nexport const names = { orders: `${prefix}_orders_total` }",
      'metrics.js': `import client from 'prom-client'
import { names } from './names.js'
export const orders = new client.Counter({ name: names.orders, help: 'Orders.', labelNames: ['state'] })`,
      'main.js': `import { orders } from './metrics.js'
import { Shop } from './shop.js'
new Shop({ counter: orders }).sell()`,
      'shop.js': `export class Shop {
  #counter
  constructor({ counter }) { this.#counter = counter }
  sell() { this.#counter.labels('sold').inc() }
}`,
    },
    expected: ['shop_orders_total counter state: shop.js:4 product increment state=sold'],
  },
  {
    what: 'CommonJS, re-exports and handles that are kept',
    files: {
      'metrics.js': `const { Gauge } = require('prom-client')
const depth = new Gauge({ name: 'depth', help: 'Depth.' })
module.exports = { depth }`,
      'index.js': "module.exports = { ...require('./metrics') }",
      'main.js': "const { depth } = require('./index')\nconst keep = { depth }\nkeep.depth.set(1)",
    },
    expected: ['depth gauge : main.js:3 product set'],
  },
  {
    what: 'makers of metrics, each call by itself',
    files: {
      'metrics.ts': `import { Counter } from 'prom-client'
const make = (name: string) => new Counter({ name, help: 'x' })
export const one = make('one_total')
export const two = make('two_total')
one.inc()`,
    },
    expected: ['one_total counter : metrics.ts:5 product increment', 'two_total counter : '],
  },
  {
    what: 'a value that takes the place of a missing one, which says nothing of the others',
    files: {
      'main.js': `import { Counter } from 'prom-client'
const logins = new Counter({ name: 'logins_total', help: 'x', labelNames: ['user'] })
export function failed(request) {
  const user = request.headers['x-user'] ?? 'nobody'
  logins.inc({ user })
  logins.inc({ user: 'root' })
}
failed()`,
      'main.py': `from prometheus_client import Counter
JOBS = Counter("jobs", "x", ["kind"])
def run(job):
    JOBS.labels(kind=job.kind or "none").inc()
run(None)`,
    },
    expected: [
      'logins_total counter user: main.js:5 product increment | main.js:6 product increment user=root',
      'jobs_total counter kind: main.py:4 product increment',
    ],
  },
  {
    what: 'methods that hand on to those that they override',
    files: {
      'mixin.py': `from prometheus_client import Counter
INSERTS = Counter("inserts", "x")
UPDATES = Counter("updates", "x")
def measured(name):
    class Mixin:
        def _do_insert(self, *args):
            INSERTS.inc()
            return super()._do_insert(*args)
        def _do_update(self, *args):
            UPDATES.inc()
    return Mixin`,
      'test_mixin.py': 'from mixin import measured\nmeasured("x")()._do_insert(1)',
    },
    expected: [
      'inserts_total counter : mixin.py:7 product increment',
      'updates_total counter : mixin.py:10 dead increment',
    ],
  },
  {
    what: 'OpenTelemetry with units, callbacks and batches',
    files: {
      'metrics.ts': `import { metrics } from '@opentelemetry/api'
const meter = metrics.getMeter('x')
const size = meter.createHistogram('shop.order.size', { unit: 'By', description: 'Size.' })
size.record(4, { kind: 'big' })
const depth = meter.createObservableGauge('shop.depth')
depth.addCallback((result) => result.observe(1, { queue: 'a' }))
const rss = meter.createObservableUpDownCounter('shop.rss', { unit: 'By' })
meter.addBatchObservableCallback((result) => result.observe(rss, 1), [rss])`,
    },
    expected: [
      'shop_order_size_bytes histogram kind: metrics.ts:4 product observe kind=big',
      'shop_depth gauge queue: metrics.ts:6 product set',
      'shop_rss_bytes gauge : metrics.ts:8 product set',
    ],
  },
  {
    what: 'code that is never reached',
    files: {
      'metrics.js': `import { Counter } from 'prom-client'
const isOn = false
export const a = new Counter({ name: 'a_total', help: 'x' })
export const b = new Counter({ name: 'b_total', help: 'x' })
export const c = new Counter({ name: 'c_total', help: 'x' })
export const d = new Counter({ name: 'd_total', help: 'x' })
export function run() {
  if (isOn) a.inc()
  return
  b.inc()
}
function nobody() { deeper() }
function deeper() { c.inc() }
run()
let mode = false
mode = process.argv.length > 2
if (mode) d.inc()`,
    },
    expected: [
      'a_total counter : metrics.js:8 dead increment',
      'b_total counter : metrics.js:10 dead increment',
      'c_total counter : metrics.js:13 dead increment',
      'd_total counter : metrics.js:17 product increment',
    ],
  },
  {
    what: 'Go over structs, constructors and packages',
    files: {
      'internal/metrics/metrics.go': `package metrics
import (
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
)
type M struct { Hits *prometheus.CounterVec; depth prometheus.Gauge }
func New(r prometheus.Registerer) (*M, error) {
	return &M{
		Hits: promauto.With(r).NewCounterVec(prometheus.CounterOpts{Namespace: "app", Name: "hits_total"}, []string{"code"}),
		depth: prometheus.NewGauge(prometheus.GaugeOpts{Subsystem: "q", Name: "depth"}),
	}, nil
}
func (m *M) Down() { m.depth.Dec() }`,
      'main.go': `package main
import "example.com/app/internal/metrics"
type server struct { m *metrics.M }
func main() {
	m, err := metrics.New(nil)
	s := &server{m: m}
	s.m.Hits.WithLabelValues("200").Inc()
	s.m.Down()
	_ = err
}`,
    },
    expected: [
      'app_hits_total counter code: main.go:7 product increment code=200',
      'q_depth gauge : internal/metrics/metrics.go:13 product decrement',
    ],
  },
  {
    what: 'Go collectors with constant metrics, and tests beside',
    files: {
      'c.go': `package c
${goImport}
var desc = prometheus.NewDesc(prometheus.BuildFQName("a", "", "b"), "B.", []string{"x"}, nil)
var only = prometheus.NewCounter(prometheus.CounterOpts{Name: "only_total"})
func (c *C) Collect(ch chan<- prometheus.Metric) {
	ch <- prometheus.MustNewConstMetric(desc, prometheus.GaugeValue, 1, "y")
}
type C struct{}`,
      'c_test.go': 'package c\nimport "testing"\nfunc TestX(t *testing.T) { only.Inc() }',
    },
    expected: ['a_b gauge x: c.go:6 product set x=y', 'only_total counter : c_test.go:3 test increment'],
  },
  {
    what: 'Python with decorators, context managers and suffixes',
    files: {
      'app/metrics.py': `from prometheus_client import Counter, Gauge, Histogram
ORDERS = Counter("orders", "O", ["state"], namespace="shop")
BUSY = Gauge("busy", "B")
TOOK = Histogram("took_seconds", "T")`,
      'app/main.py': `from . import metrics
from .metrics import TOOK as took
@took.time()
def run():
    metrics.ORDERS.labels(state="sold").inc()
    with metrics.BUSY.track_inprogress():
        pass
run()`,
    },
    expected: [
      'shop_orders_total counter state: app/main.py:5 product increment state=sold',
      'busy gauge : app/main.py:6 product add',
      'took_seconds histogram : app/main.py:3 product time',
    ],
  },
  {
    what: 'Rust over statics, macros, struct fields and test modules',
    files: {
      'src/metrics.rs': `use prometheus::{register_int_counter_vec, IntCounterVec, IntGauge, Opts};
use std::sync::LazyLock;
pub static HITS: LazyLock<IntCounterVec> = LazyLock::new(|| register_int_counter_vec!("hits_total", "H", &["code"]).unwrap());
pub struct Metrics { pub depth: IntGauge, pub only: IntGauge }
impl Metrics {
  pub fn new() -> Self {
    Self { depth: IntGauge::with_opts(Opts::new("depth", "D").namespace("app")).unwrap(), only: IntGauge::new("only", "O").unwrap() }
  }
}
#[cfg(test)]
mod tests { use super::*; #[test] fn t() { Metrics::new().only.set(1); } }`,
      'src/main.rs': `mod metrics;
use crate::metrics::{Metrics, HITS};
use std::sync::Arc;
struct App { metrics: Arc<Metrics> }
impl App { fn run(&self) { HITS.with_label_values(&["200"]).inc(); self.metrics.depth.inc(); } }
fn main() { App { metrics: Arc::new(Metrics::new()) }.run(); }`,
    },
    expected: [
      'hits_total counter code: src/main.rs:5 product increment code=200',
      'app_depth gauge : src/main.rs:5 product increment',
      'only gauge : src/metrics.rs:11 test set',
    ],
  },
  {
    what: 'the metrics crate of Rust',
    files: {
      'src/main.rs': `use metrics::{counter, describe_counter, gauge};
fn main() {
  describe_counter!("jobs_total", "Jobs.");
  counter!("jobs_total", "kind" => "mail").increment(1);
  gauge!("depth").set(2.0);
}`,
    },
    expected: [
      'jobs_total counter kind: src/main.rs:4 product increment kind=mail',
      'depth gauge : src/main.rs:5 product set',
    ],
  },
]

const apart = `import { Counter } from 'prom-client'
const a = new Counter({ name: 'a_total', help: 'x', labelNames: ['k'] })
const b = new Counter({ name: 'b_total', help: 'x', labelNames: ['k'] })
const each = (keys, make) => Object.fromEntries(keys.map((key) => [key, make(key)]))
const as = each(['x'], (k) => a.labels({ k }))
const bs = each(['y'], (k) => b.labels({ k }))
export const go = (k) => as[k].inc()
export const run = (k) => bs[k].inc()
`

describe('reading source', () => {
  it('keeps apart what a function makes with the functions that it is given', async () => {
    const { declared } = await readWritten({ 'apart.js': apart })
    assert.deepEqual(declared.metrics.map(line).sort(), [
      'a_total counter k: apart.js:7 product increment',
      'b_total counter k: apart.js:8 product increment',
    ])
  })

  it('does not lose a metric of which tests make others', async () => {
    const metric = "{ name: 'jobs', instrument: 'counter', unit: '{job}', description: 'x' }"
    const { declared } = await readWritten({
      'jobs.ts': `export const jobs = ${metric} as const satisfies MetricDefinition`,
      'jobs.test.ts':
        "import { jobs } from './jobs.ts'\nconst other = { ...jobs, name: 'other' } as const satisfies MetricDefinition",
    })
    assert.deepEqual(declared.metrics.map(line), ['jobs_total counter : '])
  })

  for (const { what, files, expected } of rows) {
    it(`follows ${what}`, async () => {
      const { declared, problems } = await readWritten(files)
      assert.deepEqual(problems, [])
      assert.deepEqual(declared.metrics.map(line).sort(), [...expected].sort())
    })
  }

  it('tells names that are computed, and guesses none', async () => {
    const { declared } = await readWritten({
      'a.py':
        'import os\nfrom prometheus_client import Counter\nX = Counter(os.environ["NAME"], "x")\nX.inc()',
    })
    assert.deepEqual(declared.metrics, [])
    assert.deepEqual(
      declared.unresolved?.map(({ file, line: at }) => [file, at]),
      [['a.py', 3]],
    )
  })

  it('tells what it cannot read, and reads the rest', async () => {
    const good = "import { Counter } from 'prom-client'\nnew Counter({ name: 'a_total', help: 'x' }).inc()"
    const { declared, problems } = await readWritten({
      'large.js': `import 'prom-client'\n${' '.repeat(4_100_000)}`,
      'binary.js': new Uint8Array([0, 1, 2, 255]),
      'broken.js': `import { Counter } from 'prom-client'\nconst x = (((\n`,
      'latin.js': new Uint8Array([...Buffer.from(`${good} // `), 0xe4, 0xff]),
      'deep.js': `import 'prom-client'\nconst x = ${'['.repeat(20_000)}${']'.repeat(20_000)}`,
    })
    assert.deepEqual(
      declared.metrics.map(({ name, file }) => [name, file]),
      [['a_total', 'latin.js']],
    )
    assert.ok(problems.some(({ file, reason }) => file === 'large.js' && reason.includes('larger')))
    assert.ok(problems.every(({ reason }) => !reason.includes('\n')))
  })

  it('gives up what is full of faults, and reads the rest', async () => {
    const imports = 'package a\nimport (\n\t"github.com/prometheus/client_golang/prometheus"\n'
    const { problems } = await readWritten({
      'faults.go': imports + Array.from({ length: 70_000 }, (_, at) => `nternal${at}/metrics"\n`).join(''),
    })
    assert.deepEqual(problems, [{ file: 'faults.go', reason: 'has too many faults to be read as go' }])
  })
})

function line({ name, type, labels, recordings = [] }: DeclaredMetric): string {
  const places = (recordings ?? []).map((recording) =>
    [
      `${recording.file}:${recording.line}`,
      recording.reach,
      recording.by,
      ...[...recording.labels].map(([label, value]) => `${label}=${value}`),
    ].join(' '),
  )
  return `${name} ${type} ${[...labels.keys()].join(',')}: ${places.join(' | ')}`
}
