import type { Alert } from '@tidegauge/otel/catalog'
import { critical, promql, warning } from '@tidegauge/otel/catalog'
import {
  syncCompleted,
  syncHeldDropped,
  syncHeldEvents,
  syncResyncOldestAge,
  syncResyncWaiting,
} from './metrics.ts'

const notHealing = `A repo that stops being synced is fetched again within seconds as a rule. This one still waits, or its fetches fail.
What is stored of it is kept, and shown with its status. Repos that only their owner or their host can heal, such as moved
accounts and deactivated ones, do not count until they are tried again.

1. \`tidegauge repos --status desync\` lists such repos with the reason; \`GET /repos/{did}\` says since when, and when the next try
   is, \`GET /repos/{did}/errors\` why the last tries failed.
2. \`tidegauge sync DID\` tries at once, and prints the reason when that fails.
3. \`network\`, \`timeout\` or \`rate_limited\` for repos of one host: it is down, or limits our requests. They heal by themselves
   when it answers again.
4. \`network\` for repos of all hosts: does this machine reach the hosts, and the directory of DIDs (*Identity* dashboard)?
5. \`conflict\`: the host has an older revision than we do, or one signed by an older key, as after a move. It heals when the
   owner writes.
6. No failures at all: are there more repos than are fetched (*Sync* dashboard, resyncs that wait)? Then it is a matter of time.`

export const desyncNotHealing = {
  alert: 'DesyncNotHealing',
  query: promql`${syncResyncOldestAge} > ${warning(syncResyncOldestAge)}`,
  for: '5m',
  severity: 'warning',
  summary: '{{ $labels.instance }} has a repo that does not become synced again.',
  description: 'It has waited for {{ $value | humanizeDuration }}.',
  runbook: notHealing,
  tests: {
    fires: { series: [{ query: promql`${syncResyncOldestAge}`, values: '{warning*1.1}x240' }], at: '20m' },
    quiet: { series: [{ query: promql`${syncResyncOldestAge}`, values: '{warning*0.9}x240' }], at: '20m' },
  },
} as const satisfies Alert

export const desyncNotHealingCritical = {
  alert: 'DesyncNotHealingCritical',
  query: promql`${syncResyncOldestAge} > ${critical(syncResyncOldestAge)} and on (job, instance) ${syncResyncWaiting} > ${warning(syncResyncWaiting)}`,
  for: '5m',
  severity: 'critical',
  summary: '{{ $labels.instance }} has many repos that do not become synced again.',
  description: 'The first of them has waited for {{ $value | humanizeDuration }}.',
  runbook: notHealing,
  tests: {
    fires: {
      series: [
        { query: promql`${syncResyncOldestAge}`, values: '{critical*1.1}x240' },
        { query: promql`${syncResyncWaiting}`, values: '{warning*1.1}x240' },
      ],
      at: '20m',
    },
    quiet: {
      series: [
        { query: promql`${syncResyncOldestAge}{instance="young"}`, values: '{critical*0.9}x240' },
        { query: promql`${syncResyncWaiting}{instance="young"}`, values: '{warning*1.1+1}x240' },
        { query: promql`${syncResyncOldestAge}{instance="few"}`, values: '{critical*1.1+1}x240' },
        { query: promql`${syncResyncWaiting}{instance="few"}`, values: '{warning*0.9}x240' },
      ],
      at: '20m',
    },
  },
} as const satisfies Alert

export const syncPanics = {
  alert: 'SyncPanics',
  query: promql`sum by (job, instance) (increase(${syncCompleted}{status="panic"}[15m])) > ${warning(syncCompleted)}`,
  for: '2m',
  severity: 'warning',
  summary: '{{ $labels.instance }} had sync runs that ended in a way that nobody foresaw.',
  description: '{{ $value | humanize }} runs in 15 minutes.',
  runbook: `A worker died, or the program met something that it does not know. The run is repeated, and the repo keeps what it has.

1. The log has a line for each, at level error, with the DID and the message; \`GET /repos/{did}/errors\` has both as well.
2. A worker that ran out of memory says so: is the repo larger than others? \`--max-repo-bytes\` leaves such repos out.
3. Is the disk full? What does not fit into memory is read by way of the folder \`tmp\` in the data folder.
4. Whatever else it is: please report it with the line.`,
  tests: {
    fires: {
      series: [{ query: promql`${syncCompleted}{status="panic"}`, values: '0 3x240' }],
      at: '10m',
    },
    quiet: {
      series: [
        { query: promql`${syncCompleted}{status="panic"}`, values: '0x240' },
        { query: promql`${syncCompleted}{status="error"}`, values: '0+5x240' },
      ],
      at: '10m',
    },
  },
} as const satisfies Alert

export const heldEventsHigh = {
  alert: 'HeldEvents',
  query: promql`${syncHeldEvents} > ${warning(syncHeldEvents)}`,
  for: '15m',
  severity: 'warning',
  summary: '{{ $labels.instance }} keeps many events aside.',
  description: '{{ $value | humanize }} events wait for the end of a sync run or for a key.',
  runbook: `Events of a repo wait on disk while it is fetched, or while the key of its DID is not known. Each repo's share is bounded, and
that of all together; what exceeds it is dropped, and the repo is fetched again.

1. *Identity* dashboard: does the directory of DIDs answer? When it limits or refuses us, events of repos that are new wait for it.
2. *Sync* dashboard: do runs end? One that is slow holds back its own repo only.
3. The number falls as soon as either goes on; there is nothing to do by hand.`,
  tests: {
    fires: { series: [{ query: promql`${syncHeldEvents}`, values: '{warning*1.1}x240' }], at: '30m' },
    quiet: { series: [{ query: promql`${syncHeldEvents}`, values: '{warning*0.9}x240' }], at: '30m' },
  },
} as const satisfies Alert

export const heldEventsDropped = {
  alert: 'HeldEventsDropped',
  query: promql`sum by (job, instance) (increase(${syncHeldDropped}{limit="all"}[15m])) > ${warning(syncHeldDropped)}`,
  for: '5m',
  severity: 'warning',
  summary: '{{ $labels.instance }} drops events that wait for a key.',
  description: '{{ $value | humanize }} events in 15 minutes; their repos are fetched once they can be.',
  runbook: `More events wait than there is room for (200,000, or 1 GB), so those that have waited longest were dropped. Nothing is lost in
silence: a repo that was synced is \`desync\` for the reason \`key\`, and fetched as soon as its DID resolves.

1. *Identity* dashboard, look-ups that gave nothing: does the directory of \`plc\` answer? If not, see IdentityDirectoryDown; what is
   signed by known keys goes on meanwhile.
2. Mostly \`web\` that times out or fails: somebody writes in the name of DIDs that do not resolve. Each has a host of its own, which is
   asked less and less, and is given up after three hours. Honest events are not held up; nothing has to be done.
3. Does the relay pass on such events in masses? Its operator can stop their host. \`--dids\` follows only whom you name.`,
  tests: {
    fires: {
      series: [
        {
          query: promql`${syncHeldDropped}{limit="all"}`,
          values: '0 {warning*1.5}x10 {warning*3}x11 {warning*4.5}x240',
        },
      ],
      at: '30m',
    },
    quiet: {
      series: [
        { query: promql`${syncHeldDropped}{limit="all"}`, values: '0+{warning*0.05}x240' },
        { query: promql`${syncHeldDropped}{limit="repo"}`, values: '0+100x240' },
      ],
      at: '30m',
    },
  },
} as const satisfies Alert
