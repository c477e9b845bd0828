import type { Panel } from '../panel.ts'
import { promql } from '../promql.ts'
import { uptime } from './metrics.ts'
import {
  nodejsEventloopDelayMax,
  nodejsEventloopDelayMean,
  nodejsEventloopDelayMin,
  nodejsEventloopDelayP50,
  nodejsEventloopDelayP90,
  nodejsEventloopDelayP99,
  nodejsEventloopDelayStddev,
  nodejsEventloopTime,
  nodejsEventloopUtilization,
  processCpuTime,
  processMemoryUsage,
  v8jsGcDuration,
  v8jsMemoryHeapSpaceAvailableSize,
  v8jsMemoryHeapSpacePhysicalSize,
  v8jsMemoryHeapSpaceSize,
  v8jsMemoryHeapUsed,
  v8jsResourceActive,
} from './runtime.ts'

export const processPanels: readonly Panel[] = [
  {
    panel: 'Uptime',
    description: 'Time since the process began. One that falls to zero again and again is being restarted.',
    kind: 'stat',
    unit: 's',
    overview: true,
    targets: [{ query: promql`min by (instance) (${uptime})`, legend: '{{instance}}' }],
  },
  {
    panel: 'CPU now',
    description: 'Share of one core in use. The service runs on one thread: at 100 % it can do no more.',
    kind: 'stat',
    unit: '1',
    overview: true,
    targets: [
      {
        query: promql`max(sum by (instance) (rate(${processCpuTime}[$__rate_interval])))`,
        legend: 'busiest process',
      },
    ],
  },
  {
    panel: 'Memory now',
    description: 'Physical memory in use, of all processes together.',
    kind: 'stat',
    unit: 'By',
    overview: true,
    targets: [{ query: promql`sum(${processMemoryUsage})`, legend: 'memory' }],
  },
  {
    panel: 'Event loop delay p99',
    description: 'How long what is due has to wait for the event loop; only one in a hundred waits longer.',
    kind: 'stat',
    unit: 's',
    targets: [{ query: promql`max(${nodejsEventloopDelayP99})`, legend: 'p99' }],
  },
  {
    panel: 'CPU',
    description:
      'Share of one core in use, by mode. Garbage collection and compression run beside the main thread and can bring it above 100 %.',
    kind: 'timeseries',
    unit: '1',
    row: 'Resources',
    stacked: true,
    targets: [
      {
        query: promql`sum by (instance, cpu_mode) (rate(${processCpuTime}[$__rate_interval]))`,
        legend: '{{instance}} {{cpu_mode}}',
      },
    ],
  },
  {
    panel: 'Memory',
    description: 'Physical memory in use, and the heap within it.',
    kind: 'timeseries',
    unit: 'By',
    row: 'Resources',
    targets: [
      { query: promql`sum by (instance) (${processMemoryUsage})`, legend: '{{instance}} physical' },
      { query: promql`sum by (instance) (${v8jsMemoryHeapUsed})`, legend: '{{instance}} heap in use' },
      { query: promql`sum by (instance) (${v8jsMemoryHeapSpaceSize})`, legend: '{{instance}} heap reserved' },
    ],
  },
  {
    panel: 'Open resources',
    description: 'Sockets, timers, files and other resources that keep the process alive, by type.',
    kind: 'timeseries',
    unit: '{resource}',
    row: 'Resources',
    targets: [
      {
        query: promql`sum by (v8js_resource_type) (${v8jsResourceActive})`,
        legend: '{{v8js_resource_type}}',
      },
    ],
  },
  {
    panel: 'Event loop utilization',
    description: 'Share of the time in which the event loop was busy. Close to 100 % everything waits.',
    kind: 'timeseries',
    unit: '1',
    row: 'Event loop',
    targets: [
      {
        query: promql`max by (instance) (${nodejsEventloopUtilization})`,
        legend: '{{instance}} since the last scrape',
      },
      {
        query: promql`sum by (instance) (rate(${nodejsEventloopTime}{nodejs_eventloop_state="active"}[$__rate_interval]))`,
        legend: '{{instance}} on average',
      },
    ],
  },
  {
    panel: 'Event loop delay',
    description:
      'How long what is due has to wait for the event loop, since the last scrape, in the worst process.',
    kind: 'timeseries',
    unit: 's',
    row: 'Event loop',
    targets: [
      { query: promql`max(${nodejsEventloopDelayP50})`, legend: 'p50' },
      { query: promql`max(${nodejsEventloopDelayP90})`, legend: 'p90' },
      { query: promql`max(${nodejsEventloopDelayP99})`, legend: 'p99' },
      { query: promql`max(${nodejsEventloopDelayMax})`, legend: 'max' },
    ],
  },
  {
    panel: 'Event loop delay, spread',
    description: 'Mean, smallest and standard deviation of the same delay, in the worst process.',
    kind: 'timeseries',
    unit: 's',
    row: 'Event loop',
    targets: [
      { query: promql`max(${nodejsEventloopDelayMean})`, legend: 'mean' },
      { query: promql`max(${nodejsEventloopDelayMin})`, legend: 'min' },
      { query: promql`max(${nodejsEventloopDelayStddev})`, legend: 'standard deviation' },
    ],
  },
  {
    panel: 'Garbage collection',
    description: 'Share of the time that garbage collections take, by kind.',
    kind: 'timeseries',
    unit: 's/s',
    row: 'Memory of V8',
    stacked: true,
    targets: [
      {
        query: promql`sum by (v8js_gc_type) (rate(${v8jsGcDuration}_sum[$__rate_interval]))`,
        legend: '{{v8js_gc_type}}',
      },
    ],
  },
  {
    panel: 'Heap in use by space',
    description: 'Memory in use in each space of the heap.',
    kind: 'timeseries',
    unit: 'By',
    row: 'Memory of V8',
    stacked: true,
    targets: [
      {
        query: promql`sum by (v8js_heap_space_name) (${v8jsMemoryHeapUsed}) > 0`,
        legend: '{{v8js_heap_space_name}}',
      },
    ],
  },
  {
    panel: 'Heap committed and left',
    description: 'Physical memory committed to the heap, and what its spaces have left before they grow.',
    kind: 'timeseries',
    unit: 'By',
    row: 'Memory of V8',
    targets: [
      {
        query: promql`sum by (instance) (${v8jsMemoryHeapSpacePhysicalSize})`,
        legend: '{{instance}} committed',
      },
      { query: promql`sum by (instance) (${v8jsMemoryHeapSpaceAvailableSize})`, legend: '{{instance}} left' },
    ],
  },
]
