import assert from 'node:assert/strict'
import { mkdtemp, rm, truncate, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { gzipSync } from 'node:zlib'
import { z } from 'zod'
import { readSettings, readSettingsFile } from './settings-file.ts'

const schema = z.strictObject({
  name: z.string().min(1, 'say what it is called'),
  port: z.int().min(1).max(65_535).optional(),
  share: z.number().positive().optional(),
  words: z.array(z.string()).min(1).optional(),
  level: z.enum(['low', 'high']).optional(),
  url: z.url().optional(),
  on: z.boolean().optional(),
  list: z.union([z.string(), z.array(z.string())]).optional(),
  auth: z
    .union([
      z.strictObject({ token: z.string().min(1) }),
      z.strictObject({ user: z.string(), password: z.string() }),
    ])
    .optional(),
  headers: z.record(z.string().regex(/^[\w-]+$/, 'write the name of a header'), z.string()).optional(),
  parts: z.array(z.strictObject({ size: z.number() })).optional(),
  both: z
    .strictObject({ from: z.number(), to: z.number() })
    .superRefine(({ from, to }, { addIssue }) => {
      if (from > to)
        addIssue({
          code: 'custom',
          message: 'swap them',
          params: { problem: `ends at ${to}, before its start` },
        })
    })
    .optional(),
})

const deep = 100_000
const lol = Array.from({ length: 9 }, (_, at) => `l${at + 1}: &l${at + 1} [${`*l${at}, `.repeat(9)}]\n`)

/** What is refused, and the line that says so, after the folder. */
const refused: Readonly<Record<string, readonly [content: string | Buffer, says: string | RegExp]>> = {
  'utf16.yaml': [Buffer.from('\ufeffname: a', 'utf16le'), /^utf16\.yaml: it is UTF-16; save it as UTF-8/],
  'latin1.yaml': [Buffer.from('name: café', 'latin1'), /^latin1\.yaml: it is not UTF-8; save it so/],
  'zip.yaml': [gzipSync('name: a'), /^zip\.yaml: it is compressed; unpack it first/],
  'binary.yaml': ['name: a\0', /^binary\.yaml: it holds binary data; give a text file$/],
  'indent.yaml': [
    'both:\n  from: 1\n to: 2',
    /^indent\.yaml:3: is not valid YAML: .*; correct the indentation/,
  ],
  'tab.yaml': ['both:\n\tfrom: 1', /^tab\.yaml:2: is not valid YAML: tabs .*; indent with spaces$/],
  'quote.yaml': ['name: "a\nport: 1', /^quote\.yaml:\d: is not valid YAML: .*; close what was opened/],
  'open.json': ['{"name": "a"', /^open\.json:1: is not valid JSON: /],
  'twice.yaml': [
    'name: a\nport: 1\nname: b',
    'twice.yaml:3: name: stands here a second time; remove one of the two',
  ],
  'twice-below.yaml': [
    'name: a\nparts:\n  - { size: 1,\n      size: 2 }',
    'twice-below.yaml:4: size: stands here a second time; remove one of the two',
  ],
  'documents.yaml': [
    'name: a\n---\nname: b',
    'documents.yaml:2: begins another document here; keep one document, without --- between parts',
  ],
  'tag.yaml': ['name: !secret a', /^tag\.yaml:1: is not valid YAML: .*; leave the tag out$/],
  'alias.yaml': [
    'name: a\nport: *gone',
    /^alias\.yaml:2: the alias \*gone stands for nothing; put the anchor/,
  ],
  'bomb.yaml': [
    `l0: &l0 [lol]\n${lol.join('')}`,
    /^bomb\.yaml: has aliases .* that unfold to far too much; write/,
  ],
  'deep.yaml': [
    `words: ${'['.repeat(deep)}${']'.repeat(deep)}`,
    /^deep\.yaml:?1?: is nested too deeply; give/,
  ],
  'list.yaml': ['- name: a', 'list.yaml:1: holds no settings; write them as "name: …", a line each'],
  'word.yaml': ['hello', 'word.yaml:1: holds no settings; write them as "name: …", a line each'],
  'empty.yaml': ['', 'empty.yaml:1: name: is missing; add it'],
  'comment.yaml': ['# Nothing yet.\n', 'comment.yaml:1: name: is missing; add it'],
  'unknown.yaml': ['name: a\nprot: 1', 'unknown.yaml:2: prot: is not a known key; did you mean port?'],
  'unheard.yaml': [
    'name: a\nparts:\n  - size: 1\n    colour: red',
    'unheard.yaml:4: parts[0].colour: is not a known key; known here: size',
  ],
  'long-key.json': [
    `{ "name": "a",\n"${'k1'.repeat(250_000)}": "b" }`,
    /^long-key\.json:2: (k1)+: is not a known key; known here: name, port/,
  ],
  'proto.yaml': [
    'name: a\n__proto__: { port: 0 }',
    /^proto\.yaml:2: __proto__: is not a known key; known here: name, port/,
  ],
  'number.yaml': ['name: 5', 'number.yaml:1: name: is 5; give a text'],
  'text.yaml': ['name: a\nport: x', 'text.yaml:2: port: is "x"; give a whole number'],
  'fraction.yaml': ['name: a\nport: 1.5', 'fraction.yaml:2: port: is 1.5; give a whole number'],
  'truth.yaml': ['name: a\non: yes', 'truth.yaml:2: on: is "yes"; give true or false'],
  'nothing.yaml': ['name: a\nport:', 'nothing.yaml:2: port: has no value; give a whole number'],
  'own-words.yaml': ['name: ""', 'own-words.yaml:1: name: is ""; say what it is called'],
  'small.yaml': ['name: a\nport: 0', 'small.yaml:2: port: is 0; give at least 1'],
  'large.yaml': ['name: a\nport: 70000', 'large.yaml:2: port: is 70000; give at most 65535'],
  'positive.yaml': ['name: a\nshare: 0', 'positive.yaml:2: share: is 0; give more than 0'],
  'few.yaml': ['name: a\nwords: []', 'few.yaml:2: words: is []; give at least 1 item'],
  'item.yaml': ['name: a\nwords:\n  - b\n  - 5', 'item.yaml:4: words[1]: is 5; give a text'],
  'choice.yaml': ['name: a\nlevel: medium', 'choice.yaml:2: level: is "medium"; use one of low, high'],
  'url.yaml': ['name: a\nurl: here', 'url.yaml:2: url: is "here"; give a URL such as http://127.0.0.1:9090'],
  'either.yaml': ['name: a\nlist: 5', 'either.yaml:2: list: is 5; give a text or a list'],
  'meant.yaml': ['name: a\nlist:\n  - 5', 'meant.yaml:3: list[0]: is 5; give a text'],
  'secret.yaml': [
    'name: a\nauth:\n  token: 12345',
    'secret.yaml:3: auth.token: is not a valid value; give a text',
  ],
  'header.yaml': [
    'name: a\nheaders: { X-Key: 12345 }',
    'header.yaml:2: headers.X-Key: is not a valid value; give a text',
  ],
  'key.yaml': [
    'name: a\nheaders: { "a b": c }',
    'key.yaml:2: headers.a b: is not a valid name; write the name of a header',
  ],
  'together.yaml': [
    'name: a\nboth:\n  from: 2\n  to: 1',
    'together.yaml:2: both: ends at 1, before its start; swap them',
  ],
  'consequence.yaml': [
    'name: a\nboth: { from: 2, to: 1, form: 3 }',
    'consequence.yaml:2: both.form: is not a known key; did you mean from?',
  ],
  'first.yaml': ['port: 0\nshare: x\nname: a', 'first.yaml:1: port: is 0; give at least 1'],
  'aliased.yaml': [
    'name: a\nboth: &b { from: 1, to: x }\nparts: []',
    'aliased.yaml:2: both.to: is "x"; give a number',
  ],
}

describe('a file of settings', () => {
  let folder = ''
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'tidegauge-settings-'))
    for (const [name, [content]] of Object.entries(refused)) await writeFile(join(folder, name), content)
  })
  after(() => rm(folder, { recursive: true }))

  const refusal = (name: string) =>
    readSettingsFile(join(folder, name), schema).then(
      () => assert.fail('was taken'),
      (error: Error) => {
        assert.equal(error.name, 'UsageError', String(error.stack))
        return error.message.replaceAll(`${folder}/`, '')
      },
    )

  for (const [name, [, says]] of Object.entries(refused))
    it(`is refused in one line: ${name}`, async () => {
      const said = await refusal(name)
      if (typeof says === 'string') assert.equal(said, says)
      else assert.match(said, says)
      assert.doesNotMatch(said, /\n/)
    })

  it('is refused when there is none, and when it is too large', async () => {
    assert.equal(await refusal('none.yaml'), 'none.yaml: there is no such file; check the path')
    await writeFile(join(folder, 'huge.yaml'), '')
    await truncate(join(folder, 'huge.yaml'), 20 * 1024 * 1024)
    assert.equal(
      await refusal('huge.yaml'),
      'huge.yaml: 20 MiB is too large (limit 16 MiB); leave the file out',
    )
  })

  it('may be YAML or JSON, with a byte order mark or without', async () => {
    const expected = { name: 'a', words: ['b'] }
    for (const text of [
      'name: a\nwords: [b]',
      '{"name": "a", "words": ["b"]}',
      '\ufeffname: a\r\nwords: [b]\r\n',
    ]) {
      await writeFile(join(folder, 'good'), text)
      assert.deepEqual(await readSettingsFile(join(folder, 'good'), schema), expected)
    }
  })

  it('leaves dollar signs alone unless variables are given', async () => {
    const file = join(folder, 'variables.yaml')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the syntax of the file
    await writeFile(file, 'name: ${NAME}\nport: ${PORT:-80}')
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the syntax of the file
    assert.deepEqual((await readSettings(file)).value, { name: '${NAME}', port: '${PORT:-80}' })
    const { value } = await readSettings(file, { environment: { NAME: '7' } })
    assert.deepEqual(value, { name: 7, port: 80 })
    await assert.rejects(readSettings(file, { environment: {}, name: 'v.yaml' }), {
      // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the syntax of the file
      message: 'v.yaml:1: the variable NAME is not set; set it, or write ${NAME:-default}',
    })
  })

  it('works out how to fix the one fault that is told, of however many', async () => {
    const file = join(folder, 'many.yaml')
    await writeFile(file, Array.from({ length: 20_000 }, (_, at) => `k${at}: ${at}\n`).join(''))
    const asked: string[] = []
    const refusing = z.record(z.string(), z.number()).superRefine((given, { addIssue }) => {
      for (const key of Object.keys(given).toReversed()) {
        const mend = () => `leave ${asked.push(key)} out`
        addIssue({ code: 'custom', path: [key], params: { problem: 'is odd', mend } })
      }
    })
    await assert.rejects(readSettingsFile(file, refusing, { name: 'm.yaml' }), {
      message: 'm.yaml:1: k0: is odd; leave 1 out',
    })
    assert.deepEqual(asked, ['k0'])
  })

  it('tells where each setting stands, and where a missing one should', async () => {
    const file = join(folder, 'places.yaml')
    await writeFile(file, 'base: &base\n  8080: a\nparts:\n  - size: 1\n  -\n    size: 2\nsame: *base\n')
    const { where, near } = await readSettings(file, { name: 'p.yaml' })
    assert.equal(where(['parts', 1, 'size']), 'p.yaml:6')
    assert.equal(where(['base', '8080']), 'p.yaml:2')
    assert.equal(where(['same', '8080']), 'p.yaml:2')
    assert.equal(where(['parts', 2]), undefined)
    assert.equal(near(['parts', 2, 'size']), 'p.yaml:3')
    assert.equal(near(['gone']), 'p.yaml:1')
  })
})
