import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { readSettingsText } from './settings-text.ts'
import { readYaml } from './yaml-text.ts'

const lines = (count: number, line: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => line(index))

describe('readYaml', () => {
  // Comparing each key with all others would take minutes, longer than a test file may.
  it('finds the one key of 100,000 that stands twice', () => {
    const text = ['a:', ...lines(100_000, (index) => `  k${index}: 1`), '  k77: 2'].join('\n')
    const { fault, lineOf } = readYaml(text, 'f.yaml')
    assert.deepEqual([fault?.key, lineOf(fault?.offset ?? 0)], ['k77', 100_002])
  })

  const twice = [
    { name: 'in JSON', text: '{"a": {"b": 1, "b": 2}}', key: 'b' },
    { name: 'in a list', text: '- a: 1\n- b: 1\n  b: 1', key: 'b' },
    { name: 'in a key', text: '? {a: 1, a: 2}\n: 1', key: 'a' },
    { name: 'in the second document', text: 'a: 1\n---\nb: 1\nb: 2', key: 'b' },
    { name: 'nowhere', text: 'a: {b: 1}\nb: {a: 1, "1": 2, 1: 3}', key: undefined },
  ]
  for (const { name, text, key } of twice)
    it(`finds a key that stands twice ${name}`, () => assert.equal(readYaml(text, 'f.yaml').fault?.key, key))

  const refused = [
    {
      name: 'two million words',
      text: `[${'1,'.repeat(1_000_000)}1]`,
      says: /^holds more than 1.5 million words/,
    },
    { name: 'lists in lists', text: '['.repeat(20_000), says: /nested too deeply/ },
    {
      name: 'maps in maps',
      text: lines(3000, (index) => `${' '.repeat(index)}a:`).join('\n'),
      says: /nested too deeply/,
    },
    {
      name: 'a bracket that nothing opens, many times',
      text: ']'.repeat(400_000),
      says: /^is not valid YAML: unexpected/,
    },
    {
      name: 'an anchor after an anchor, many times',
      text: '- &a'.repeat(20_000),
      says: /^is not valid YAML/,
    },
  ]
  for (const { name, text, says } of refused)
    it(`refuses ${name} in one line`, () => {
      const { fault } = readYaml(text, 'f.yaml')
      assert.match(fault?.problem ?? '', says)
      assert.doesNotMatch(`${fault?.problem}${fault?.mend}`, /\n/)
    })

  it('reads a long text, and many documents', () => {
    assert.equal(readYaml(`a: "${'x'.repeat(5_000_000)}"`, 'f.yaml').fault, undefined)
    assert.equal(readYaml('---\na: []\n'.repeat(2000), 'f.yaml').documents.length, 2000)
  })
})

describe('readSettingsText', () => {
  it('refuses aliases that unfold to far too much', () => {
    const text = [
      'a: &a [1, 1]',
      ...lines(30, (index) => `b${index}: &b${index} [*${index === 0 ? 'a' : `b${index - 1}`}, *a]`),
    ].join('\n')
    assert.throws(
      () => readSettingsText({ name: 'f.yaml', text: `${text}\nc: [${'*b29,'.repeat(100)}]` }),
      /f\.yaml: has aliases .* far too much; write out/,
    )
  })

  it('leaves brackets that nothing closes as they are, however many', () => {
    const text = '${'.repeat(500_000)
    const { value } = readSettingsText({
      name: 'f.yaml',
      text: `a: "\${B}$$${text}"`,
      environment: { B: 'b' },
    })
    assert.deepEqual(value, { a: `b$${text}` })
  })
})
