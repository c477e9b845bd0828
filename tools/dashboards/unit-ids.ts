/** What a Grafana unit says about the numbers it formats. */
export interface UnitMeaning {
  readonly quantity: 'time' | 'data' | 'data rate' | 'ratio' | 'rate' | 'count' | 'date' | 'state' | 'other'
  /** How many base units one of it is: `ms` is 0.001 seconds, `percent` 0.01. Bytes, seconds, ratio and per second are the bases. */
  readonly factor: number
}

/** What a unit id of Grafana means; undefined for one that Grafana does not know. */
export function unitMeaning(id: string): UnitMeaning | undefined {
  return (
    known.get(id) ?? (/^(suffix|prefix|si|count|currency|time|bool|string)(:|$)/.test(id) ? other : undefined)
  )
}

const other: UnitMeaning = { quantity: 'other', factor: 1 }
const known = new Map<string, UnitMeaning>()

function define(quantity: UnitMeaning['quantity'], ids: Readonly<Record<string, number>>): void {
  for (const [id, factor] of Object.entries(ids)) known.set(id, { quantity, factor })
}

function defineAll(quantity: UnitMeaning['quantity'], ids: string, factor = 1): void {
  for (const id of ids.split(/\s+/)) known.set(id, { quantity, factor })
}

define('time', { ns: 1e-9, µs: 1e-6, ms: 1e-3, s: 1, m: 60, h: 3_600, d: 86_400 })
define('time', {
  dtdurationms: 1e-3,
  dtdurations: 1,
  dthms: 1,
  dtdhms: 1,
  timeticks: 0.01,
  clockms: 1e-3,
  clocks: 1,
})

const decimal = { K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 }
const binary = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 }
define('data', { bytes: 1, decbytes: 1, bits: 1 / 8, decbits: 1 / 8 })
define('data', { kbytes: 2 ** 10, mbytes: 2 ** 20, gbytes: 2 ** 30, tbytes: 2 ** 40, pbytes: 2 ** 50 })
define('data', { deckbytes: 1e3, decmbytes: 1e6, decgbytes: 1e9, dectbytes: 1e12, decpbytes: 1e15 })
define('data rate', { Bps: 1, binBps: 1, bps: 1 / 8, binbps: 1 / 8 })
for (const [prefix, factor] of Object.entries({ ...decimal, ...binary })) {
  define('data rate', { [`${prefix}Bs`]: factor, [`${prefix}bits`]: factor / 8 })
}

define('ratio', { percent: 0.01, percentunit: 1 })
defineAll('rate', 'cps ops reqps rps wps iops eps mps recps rowsps pps hertz rothz')
defineAll('rate', 'cpm opm rpm wpm epm mpm rotrpm', 1 / 60)
defineAll('count', 'short none sishort locale sci')
defineAll('count', 'hex0x hex')
defineAll('date', 'dateTimeAsIso dateTimeAsIsoNoDateIfToday dateTimeAsUS dateTimeAsUSNoDateIfToday')
defineAll('date', 'dateTimeAsLocal dateTimeAsLocalNoDateIfToday dateTimeAsSystem dateTimeFromNow')
defineAll('state', 'bool bool_yes_no bool_on_off string')
defineAll(
  'other',
  'humidity dB candela none currencyUSD currencyEUR currencyGBP currencyJPY currencyCHF currencyBTC',
)
defineAll(
  'other',
  'celsius fahrenheit kelvin pressurembar pressurebar pressurehpa pressurekpa pressurepsi pressurehg',
)
defineAll(
  'other',
  'watt kwatt megwatt gwatt mwatt voltamp kvoltamp volt kvolt mvolt amp kamp mamp ohm kohm Mohm farad',
)
defineAll(
  'other',
  'watth kwatth kwattm joule ev amph kamph mamph numdBm dBm lumens lux henry µfarad nfarad pfarad ffarad',
)
defineAll(
  'other',
  'lengthmm lengthin lengthft lengthm lengthkm lengthmi areaM2 areaF2 areaMI2 massmg massg masslb masskg masst',
)
defineAll(
  'other',
  'velocityms velocitykmh velocitymph velocityknot accMS2 accFS2 accG degree radian grad arcmin arcsec',
)
defineAll(
  'other',
  'ppm conppb conngm3 conngNm3 conμgm3 conμgNm3 conmgm3 conmgNm3 congm3 congNm3 conmgdL conmmolL',
)
defineAll(
  'other',
  'flops mflops gflops tflops pflops eflops zflops yflops cgmgdl cgmmmoll rotrad rotdeg rotrads rotdegs',
)
defineAll(
  'other',
  'mlitre litre m3 Nm3 dm3 gallons flowgpm flowcms flowcfs flowcfm litreh flowlpm flowmlpm flowlux',
)
defineAll(
  'other',
  'Gbits forceNm forcekNm forceN forcekN h/s kh/s Mh/s Gh/s Th/s Ph/s Eh/s radbq radci radgy radrad',
)
defineAll('other', 'radsv radmsv radusv radrem radexpckg radr radsvh radmsvh radusvh')
define('data rate', { Gbits: 1e9 / 8 })
// `none` stands in two of Grafana's lists; it is a plain number.
defineAll('count', 'none')
