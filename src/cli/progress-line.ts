import type { BackfillProgress } from '../edge/http/control.ts'

/** One line: a bar, how many repos are done of how many are known, the rates, and the time left. */
export function progressLine(progress: BackfillProgress): string {
  const { synced, waiting, setAside, running, isListed, deadLetters } = progress
  const { reposPerSecond, recordsPerSecond, secondsLeft } = progress
  const total = synced + waiting + running
  const share = total === 0 ? 1 : synced / total
  const parts = [
    bar(share),
    `${count(synced)} of ${count(total)}${isListed ? '' : ' or more'} repos`,
    `${rate(reposPerSecond)} repos/s`,
    `${rate(recordsPerSecond)} records/s`,
    ...(secondsLeft === undefined || waiting + running <= setAside ? [] : [`${time(secondsLeft)} left`]),
    ...(setAside > 0 ? [`${count(setAside)} set aside`] : []),
    ...(deadLetters > 0 ? [`${count(deadLetters)} given up`] : []),
  ]
  return parts.join('  ')
}

/** How many repos are waited for, and at which hosts. */
export function setAsideLine({ setAside, setAsideHosts }: BackfillProgress): string {
  const named = setAsideHosts.filter(({ host }) => host !== '')
  const hosts = named
    .slice(0, 3)
    .map(({ host, repos }) => (named.length > 1 ? `${host} ${count(repos)}` : host))
  const others = named.length > 3 ? ', …' : ''
  const where =
    hosts.length > 0 ? ` (${hosts.length > 1 ? 'hosts' : 'host'} ${hosts.join(', ')}${others})` : ''
  return setAside === 1
    ? `1 repo waits for its owner or host${where}; it is fetched once that acts`
    : `${count(setAside)} repos wait for their owners or hosts${where}; each is fetched once that acts`
}

function bar(share: number): string {
  const filled = Math.floor(share * barWidth)
  return `[${'#'.repeat(filled)}${'-'.repeat(barWidth - filled)}]`
}

const barWidth = 20

const count = (value: number) => value.toLocaleString('en-US')

const rate = (value: number) =>
  value >= 10 ? count(Math.round(value)) : value.toLocaleString('en-US', { maximumFractionDigits: 1 })

function time(seconds: number): string {
  if (seconds < 90) return `${Math.ceil(seconds)} s`
  if (seconds < 5400) return `${Math.round(seconds / 60)} min`
  return `${(seconds / 3600).toFixed(1)} h`
}
