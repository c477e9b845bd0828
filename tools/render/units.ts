import { nonFinite, toFixed } from './decimals.ts'
import { durationUnits } from './duration-units.ts'
import type { Formatter } from './formatter.ts'

/** The formatter of one of Grafana's unit ids. An id that Grafana does not know stands after the number, as there. */
export function formatterOf(unit: string | undefined): Formatter {
  if (unit === undefined || unit === '') return plain('')
  const known = Object.hasOwn(units, unit) ? units[unit] : undefined
  return known ?? custom(unit) ?? plain(` ${unit}`)
}

/** The value with all that stands around it. */
export function formatted(unit: string | undefined, value: number, decimals?: number | null): string {
  const { prefix, text, suffix } = formatterOf(unit)(value, decimals)
  return `${prefix}${text}${suffix}`
}

/** Whether a unit grows by 1024, so that its ticks should as well. */
export function isBinary(unit: string | undefined): boolean {
  return /^(?:bits|[kmgtp]?bytes|bin?Bps|binbps|[KMGTP]i(?:Bs|bits))$/.test(unit ?? '')
}

function plain(suffix: string): Formatter {
  return (value, decimals) => ({ prefix: '', text: toFixed(value, decimals), suffix })
}

/** Moves up through the suffixes, each worth `factor` of the one before; the one at `base` is worth 1. */
function scaled(factor: number, suffixes: readonly string[], base = 0): Formatter {
  return (value, decimals) => {
    if (!Number.isFinite(value)) return { prefix: '', text: nonFinite(value), suffix: '' }
    const power = value === 0 ? 0 : Math.floor(logOf(Math.abs(value), factor))
    const step = Math.min(suffixes.length - 1 - base, Math.max(-base, power))
    return {
      prefix: '',
      text: toFixed(value / factor ** step, decimals),
      suffix: suffixes[base + step] ?? '',
    }
  }
}

/** Exact at the powers of ten and of 1024, where the quotient of logarithms is a little short. */
function logOf(value: number, factor: number): number {
  return factor === 1000 ? Math.log10(value) / 3 : Math.log2(value) / 10
}

const siPrefixes = ['f', 'p', 'n', 'µ', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E', 'Z', 'Y']

function si(unit: string, offset = 0): Formatter {
  return scaled(
    1000,
    siPrefixes.map((prefix) => ` ${prefix}${unit}`),
    5 + offset,
  )
}

function binary(unit: string, offset = 0): Formatter {
  const suffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei', 'Zi', 'Yi'].map((prefix) => ` ${prefix}${unit}`)
  return scaled(1024, suffixes, offset)
}

function count(unit: string): Formatter {
  return scaled(
    1000,
    ['', 'K', 'M', 'B', 'T'].map((prefix) => `${prefix}${unit && ` ${unit}`}`),
  )
}

function currency(symbol: string): Formatter {
  const scale = scaled(1000, ['', 'K', 'M', 'B', 'T'])
  return (value, decimals) => ({ ...scale(value, decimals), prefix: symbol })
}

function words(yes: string, no: string): Formatter {
  return (value) => ({ prefix: '', text: value === 0 ? no : yes, suffix: '' })
}

/** `suffix:x`, `prefix:x`, `si:x`, `count:x`, `currency:x`, `bool:yes/no`, with which dashboards make units of their own. */
function custom(unit: string): Formatter | undefined {
  const [, kind, of = ''] = /^(\w+):(.*)$/s.exec(unit) ?? []
  switch (kind) {
    case 'suffix':
      // Grafana puts the space there itself.
      return plain(of === '' ? '' : ` ${of}`)
    case 'prefix':
      return (value, decimals) => ({ prefix: of, text: toFixed(value, decimals), suffix: '' })
    case 'si': {
      const shift = siPrefixes.indexOf(of[0] ?? '')
      return of.length > 1 && shift >= 0 && shift !== 5 ? si(of.slice(1), shift - 5) : si(of)
    }
    case 'count':
      return count(of)
    case 'currency':
      return currency(of)
    case 'bool': {
      const [yes = 'True', no = 'False'] = of.split('/')
      return words(yes, no)
    }
    default:
      return undefined
  }
}

const rates: Readonly<Record<string, string>> = {
  cps: 'c/s',
  ops: 'ops/s',
  reqps: 'req/s',
  rps: 'rd/s',
  wps: 'wr/s',
  iops: 'io/s',
  eps: 'evt/s',
  mps: 'msg/s',
  recps: 'rec/s',
  rowsps: 'rows/s',
  cpm: 'c/m',
  opm: 'ops/m',
  reqpm: 'req/m',
  rpm: 'rd/m',
  wpm: 'wr/m',
  epm: 'evts/m',
  mpm: 'msgs/m',
  recpm: 'rec/m',
  rowspm: 'rows/m',
}

const data: Readonly<Record<string, Formatter>> = Object.fromEntries(
  ['', 'k', 'm', 'g', 't', 'p'].flatMap((size, step) => {
    const big = size.toUpperCase()
    return [
      [`${size}bytes`, binary('B', step)],
      [`dec${size}bytes`, si('B', step)],
      ...(step === 0
        ? []
        : [
            [`${big}iBs`, binary('B/s', step)],
            [`${big}Bs`, si('B/s', step)],
            [`${big}ibits`, binary('b/s', step)],
            [`${big}bits`, si('b/s', step)],
          ]),
    ] as const
  }),
)

const units: Readonly<Record<string, Formatter>> = {
  none: plain(''),
  string: plain(''),
  short: scaled(1000, ['', ' K', ' Mil', ' Bil', ' Tri', ' Quadr', ' Quint', ' Sext', ' Sept']),
  sishort: scaled(
    1000,
    siPrefixes.map((prefix) => prefix && ` ${prefix}`),
    5,
  ),
  percent: plain('%'),
  percentunit: (value, decimals) => ({ prefix: '', text: toFixed(value * 100, decimals), suffix: '%' }),
  humidity: plain(' %H'),
  dB: plain(' dB'),
  sci: (value, decimals) => ({ prefix: '', text: value.toExponential(decimals ?? undefined), suffix: '' }),
  locale: (value, decimals) => ({
    prefix: '',
    text: value.toLocaleString('en-US', { maximumFractionDigits: decimals ?? 3 }),
    suffix: '',
  }),
  hex: (value) => ({ prefix: '', text: Math.trunc(value).toString(16).toUpperCase(), suffix: '' }),
  bool: words('True', 'False'),
  bool_yes_no: words('Yes', 'No'),
  bool_on_off: words('On', 'Off'),
  bits: binary('b'),
  decbits: si('b'),
  binBps: binary('B/s'),
  Bps: si('B/s'),
  binbps: binary('b/s'),
  bps: si('b/s'),
  pps: si('p/s'),
  hertz: si('Hz'),
  rothz: si('Hz'),
  watt: si('W'),
  volt: si('V'),
  amp: si('A'),
  joule: si('J'),
  celsius: plain(' °C'),
  fahrenheit: plain(' °F'),
  kelvin: plain(' K'),
  currencyUSD: currency('$'),
  currencyEUR: currency('€'),
  currencyGBP: currency('£'),
  ...data,
  ...Object.fromEntries(Object.entries(rates).map(([id, suffix]) => [id, count(suffix)])),
  ...durationUnits,
}
