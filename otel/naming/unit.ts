/**
 * Spells out a UCUM unit as the words of a Prometheus name: `By/s` becomes `bytes` and `per_second`.
 * Annotations such as `{event}` say nothing to Prometheus and fall away, and so does `1`.
 */
export function unitWords(unit: string): string[] {
  const slash = unit.indexOf('/')
  const main = slash < 0 ? unit : unit.slice(0, slash)
  const per = slash < 0 ? '' : unit.slice(slash + 1)
  const mainWord = spell(main, units)
  const perWord = spell(per, perUnits)
  return [...(mainWord ? [mainWord] : []), ...(perWord ? [`per_${perWord}`] : [])]
}

const units = new Map([
  ['1', ''],
  ['d', 'days'],
  ['h', 'hours'],
  ['min', 'minutes'],
  ['s', 'seconds'],
  ['ms', 'milliseconds'],
  ['us', 'microseconds'],
  ['ns', 'nanoseconds'],
  ['By', 'bytes'],
  ['KiBy', 'kibibytes'],
  ['MiBy', 'mebibytes'],
  ['GiBy', 'gibibytes'],
  ['TiBy', 'tebibytes'],
  ['kBy', 'kilobytes'],
  ['KBy', 'kilobytes'],
  ['MBy', 'megabytes'],
  ['GBy', 'gigabytes'],
  ['TBy', 'terabytes'],
  ['m', 'meters'],
  ['V', 'volts'],
  ['A', 'amperes'],
  ['J', 'joules'],
  ['W', 'watts'],
  ['g', 'grams'],
  ['Cel', 'celsius'],
  ['Hz', 'hertz'],
  ['%', 'percent'],
])

const perUnits = new Map([
  ['s', 'second'],
  ['m', 'minute'],
  ['min', 'minute'],
  ['h', 'hour'],
  ['d', 'day'],
  ['w', 'week'],
  ['mo', 'month'],
  ['y', 'year'],
])

function spell(unit: string, known: ReadonlyMap<string, string>): string {
  const symbol = unit.trim()
  if (/[{}]/.test(symbol)) return ''
  return known.get(symbol) ?? symbol.replace(/[^a-zA-Z0-9]+/g, '_').replace(/^_+|_+$/g, '')
}
