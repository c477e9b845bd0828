import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { decimalsOf } from './decimals.ts'
import { formatted, isBinary } from './units.ts'

const cases: readonly (readonly [string | undefined, number, string, (number | null)?])[] = [
  [undefined, 12.345, '12.3'],
  ['none', 1234567, '1234567'],
  ['none', 0.2, '0.200'],
  ['none', 0, '0'],
  ['none', 0, '0.00', 2],
  ['none', 1.005, '1.0', 1],
  ['none', 3e21, '3e+21'],
  ['none', Number.NaN, 'NaN'],
  ['short', Number.POSITIVE_INFINITY, '∞'],
  ['short', Number.NEGATIVE_INFINITY, '-∞'],
  ['short', 999, '999'],
  ['short', 1000, '1 K'],
  ['short', 1234, '1.23 K'],
  ['short', -1_234_567, '-1.23 Mil'],
  ['short', 2.5e9, '2.50 Bil'],
  ['short', 0.1, '0.100'],
  ['sishort', 0.0025, '2.50 m'],
  ['percent', 12.3, '12.3%'],
  ['percentunit', 0.123, '12.3%'],
  ['percentunit', 1, '100%'],
  ['s', 0, '0 s'],
  ['s', 0.000_000_5, '500 ns'],
  ['s', 0.000_25, '250 µs'],
  ['s', 0.05, '50 ms'],
  ['s', 1.5, '1.50 s'],
  ['s', 90, '1.50 min'],
  ['s', 3600, '1 hour'],
  ['s', 172_800, '2 day'],
  ['s', 604_800, '1 week'],
  ['s', -0.02, '-20 ms'],
  ['ms', 0.25, '0.250 ms'],
  ['ms', 250, '250 ms'],
  ['ms', 2500, '2.50 s'],
  ['ms', 120_000, '2 min'],
  ['µs', 1500, '1.50 ms'],
  ['ns', 1e9, '1 s'],
  ['m', 90, '1.50 hour'],
  ['bytes', 1024, '1 KiB'],
  ['bytes', 1536, '1.50 KiB'],
  ['bytes', 1024 ** 3, '1 GiB'],
  ['bytes', 0, '0 B'],
  ['decbytes', 1500, '1.50 kB'],
  ['kbytes', 1024, '1 MiB'],
  ['bits', 2048, '2 Kib'],
  ['Bps', 1_000_000, '1 MB/s'],
  ['binBps', 1_048_576, '1 MiB/s'],
  ['bps', 1000, '1 kb/s'],
  ['reqps', 1234, '1.23K req/s'],
  ['ops', 0.5, '0.500 ops/s'],
  ['cps', 10, '10 c/s'],
  ['eps', 12_000_000, '12M evt/s'],
  ['hertz', 2_400_000_000, '2.40 GHz'],
  ['currencyUSD', 12_500, '$12.5K'],
  ['locale', 1234567.891, '1,234,567.891'],
  ['bool_yes_no', 1, 'Yes'],
  ['bool_on_off', 0, 'Off'],
  ['dtdurations', 3661, '1 hour, 1 minute, 1 second'],
  ['dthms', 3661, '01:01:01'],
  ['dtdhms', 90_061, '1 d 01:01:01'],
  ['dateTimeAsIso', new Date(2026, 0, 2, 3, 4, 5).getTime(), '2026-01-02 03:04:05'],
  ['suffix:repos', 12, '12 repos'],
  ['suffix:', 12, '12'],
  ['prefix:~', 12, '~12'],
  ['si:Wh', 1500, '1.50 kWh'],
  ['count:jobs', 1500, '1.50K jobs'],
  ['bool:up/down', 0, 'down'],
  ['furlong', 3, '3 furlong'],
  ['constructor', 3, '3 constructor'],
]

describe('formatted', () => {
  for (const [unit, value, expected, decimals] of cases)
    it(`writes ${value} in ${unit} with ${decimals ?? 'fitting'} decimals as ${expected}`, () =>
      assert.equal(formatted(unit, value, decimals), expected))
})

describe('decimalsOf', () => {
  for (const [value, expected] of [
    [1, 0],
    [0.05, 2],
    [2.5, 1],
    [1e-7, 7],
    [1500, 0],
    [0.1 + 0.2, 1],
  ] as const)
    it(`finds ${expected} in ${value}`, () => assert.equal(decimalsOf(value), expected))
})

it('knows the units that grow by 1024', () => {
  assert.deepEqual(['bytes', 'kbytes', 'binBps', 'Bps', 'decbytes', 's', undefined].map(isBinary), [
    true,
    true,
    true,
    false,
    false,
    false,
    false,
  ])
})
