/** What a Grafana unit says about the numbers it formats. */
export interface UnitMeaning {
  readonly quantity: 'time' | 'data' | 'data rate' | 'ratio' | 'rate' | 'count' | 'date' | 'state' | 'other'
  /** How many base units one of it is: `ms` is 0.001 seconds, `percent` 0.01. Bytes, seconds, ratio and per second are the bases. */
  readonly factor: number
}

/** What a unit id of Grafana means; undefined for one that Grafana does not know. */
export function unitMeaning(id: string): UnitMeaning | undefined {
  return known.get(id) ?? (/^(suffix|prefix|si|count|currency|time|bool):/.test(id) ? other : undefined)
}

/** All ids that Grafana has, without those that a user makes: `suffix:repos`. */
export function unitIds(): readonly string[] {
  return [...known.keys()]
}

const other: UnitMeaning = { quantity: 'other', factor: 1 }
const known = new Map<string, UnitMeaning>()

function define(quantity: UnitMeaning['quantity'], ids: Readonly<Record<string, number>>): void {
  for (const [id, factor] of Object.entries(ids)) known.set(id, { quantity, factor })
}

function defineAll(quantity: UnitMeaning['quantity'], ids: string, factor = 1): void {
  for (const id of ids.trim().split(/\s+/)) known.set(id, { quantity, factor })
}

// Every id of https://github.com/grafana/grafana/blob/v13.2.3/packages/grafana-data/src/valueFormats/categories.ts,
// in the order of its categories; compared with the package @grafana/data 13.2.3.

define('ratio', { percent: 0.01, percentunit: 1 })
defineAll('count', 'none short sishort locale sci hex0x hex')
defineAll('state', 'string bool bool_yes_no bool_on_off')
defineAll('other', 'humidity dB candela pixel')
defineAll('other', 'accMS2 accFS2 accG degree radian grad arcmin arcsec areaM2 areaF2 areaMI2 acres hectares')
defineAll('other', 'flops mflops gflops tflops pflops eflops zflops yflops')
defineAll('other', 'ppm conppb conngm3 conngNm3 conμgm3 conμgNm3 conmgm3 conmgNm3 congm3 congNm3')
defineAll('other', 'conmgdL conmmolL')
defineAll(
  'other',
  `currencyUSD currencyGBP currencyEUR currencyJPY currencyRUB currencyUAH currencyBRL currencyDKK currencyISK
  currencyNOK currencySEK currencyCZK currencyCHF currencyPLN currencyBTC currencymBTC currencyμBTC currencyZAR
  currencyINR currencyKRW currencyIDR currencyPHP currencyVND currencyTRY currencyMYR currencyXPF currencyBGN
  currencyPYG currencyUYU currencyILS`,
)

define('data', { bytes: 1, decbytes: 1, bits: 1 / 8, decbits: 1 / 8 })
define('data', { kbytes: 2 ** 10, mbytes: 2 ** 20, gbytes: 2 ** 30, tbytes: 2 ** 40, pbytes: 2 ** 50 })
define('data', { deckbytes: 1e3, decmbytes: 1e6, decgbytes: 1e9, dectbytes: 1e12, decpbytes: 1e15 })
define('data rate', { Bps: 1, binBps: 1, bps: 1 / 8, binbps: 1 / 8 })
const decimal = { K: 1e3, M: 1e6, G: 1e9, T: 1e12, P: 1e15 }
const binary = { Ki: 2 ** 10, Mi: 2 ** 20, Gi: 2 ** 30, Ti: 2 ** 40, Pi: 2 ** 50 }
for (const [prefix, factor] of Object.entries({ ...decimal, ...binary })) {
  define('data rate', { [`${prefix}Bs`]: factor, [`${prefix}bits`]: factor / 8 })
}

defineAll('date', 'dateTimeAsIso dateTimeAsIsoNoDateIfToday dateTimeAsUS dateTimeAsUSNoDateIfToday')
defineAll('date', 'dateTimeAsLocal dateTimeAsLocalNoDateIfToday dateTimeAsSystem dateTimeFromNow')
defineAll(
  'other',
  `watt kwatt megwatt gwatt mwatt Wm2 voltamp kvoltamp voltampreact kvoltampreact watth watthperkg kwatth kwattm
  mwatth amph kamph mamph joule ev amp kamp mamp volt kvolt mvolt dBm mohm ohm kohm Mohm farad µfarad nfarad pfarad
  ffarad henry mhenry µhenry lumens`,
)
defineAll('other', 'flowgpm flowcms flowcfs flowcfm litreh flowlpm flowmlpm lux')
defineAll(
  'other',
  'forceNm forcekNm forceN forcekN Hs KHs MHs GHs THs PHs EHs massmg massg masslb masskg masst',
)
defineAll('other', 'lengthmm lengthcm lengthin lengthft lengthm lengthkm lengthmi')
defineAll(
  'other',
  'pressurembar pressurebar pressurekbar pressurepa pressurehpa pressurekpa pressurehg pressurepsi',
)
defineAll(
  'other',
  'radbq radci radgy radrad radsv radmsv radusv radrem radexpckg radr radsvh radmsvh radusvh',
)
defineAll('other', 'rotrads rotdegs celsius fahrenheit kelvin')
define('rate', { rotrpm: 1 / 60, rothz: 1, rotkhz: 1e3, rotmhz: 1e6, rotghz: 1e9 })

define('rate', { hertz: 1 })
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
defineAll('rate', 'cps ops reqps rps wps iops eps mps recps rowsps pps')
defineAll('rate', 'cpm opm reqpm rpm wpm epm mpm recpm rowspm', 1 / 60)
defineAll('other', 'velocityms velocitykmh velocitymph velocityknot mlitre litre m3 Nm3 dm3 gallons')
