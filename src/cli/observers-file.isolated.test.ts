import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { after, before, describe, it } from 'node:test'
import { readObservers } from './observers-file.ts'

const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const one = (lines: string) => `observers:\n  - name: one\n${lines.replaceAll(/^/gm, '    ')}\n`
const when = (lines: string) =>
  one(`when:\n${lines.replaceAll(/^/gm, '  ')}\nthen:\n  - log: { message: hello }`)
const then = (action: string) => one(`when: {}\nthen:\n  - ${action}`)

/** What is refused, and the line that says so. */
const refused: readonly (readonly [content: string, says: string | RegExp])[] = [
  ['observers: []', 'f.yaml:1: observers: is []; give at least 1 item'],
  ['observer: []', 'f.yaml:1: observers: is missing; add it'],
  [one('when: {}'), 'f.yaml:2: observers[0].then: is missing; add it'],
  [
    when('collection: app.bsky'),
    'f.yaml:4: observers[0].when.collection: is "app.bsky"; name a collection such as app.bsky.feed.post, or a prefix such as app.bsky.feed.*',
  ],
  [
    when('collection:\n  - app.bsky.feed.post\n  - nothing'),
    /^f\.yaml:6: observers\[0\]\.when\.collection\[1\]: is "nothing"; name a collection/,
  ],
  [when('did: alice'), /^f\.yaml:4: observers\[0\]\.when\.did: is "alice"; give a DID/],
  [when('operation: creation'), /^f\.yaml:4: observers\[0\]\.when\.operation: is "creation"; /],
  [
    when('colection: app.bsky.feed.post'),
    /^f\.yaml:4: .*colection: is not a known key; did you mean collection\?/,
  ],
  [
    when('record: { field: text, matches: "(?=tide)" }'),
    /^f\.yaml:4: observers\[0\]\.when\.record\.matches: is not a usable pattern: .*; write it in the syntax of RE2/,
  ],
  [
    when('record: { field: text, matches: "(.*){1000}" }'),
    /^f\.yaml:4: .*matches: is not a usable pattern: it becomes \d+ steps, more than 1000; /,
  ],
  [
    when('record: { field: text }'),
    /^f\.yaml:4: observers\[0\]\.when\.record: tests nothing about text; add one of/,
  ],
  [
    when('record: { field: text, exists: false, equals: a }'),
    /^f\.yaml:4: observers\[0\]\.when\.record: tests a field that must not exist; /,
  ],
  [
    when('record:\n  all:\n    - { field: a, equals: 1 }\n    - { field: b, equal: 1 }'),
    /^f\.yaml:7: observers\[0\]\.when\.record\.all\[1\].*equal: is not a known key; did you mean equals\?/,
  ],
  [
    when(`record: ${'{ not: '.repeat(100)}{ field: a, exists: true }${' }'.repeat(100)}`),
    'f.yaml:4: observers[0].when.record: is more than 100 levels deep; write it with fewer levels',
  ],
  [
    when('operation: [create, delete]\nrecord: { field: text, equals: a }'),
    /^f\.yaml:4: observers\[0\]\.when\.operation: has delete beside a condition on the record/,
  ],
  [then('{}'), /^f\.yaml:5: observers\[0\]\.then\[0\]: does nothing; name exactly one of webhook, log/],
  [
    then('{ log: { message: a }, cache: { forget: repo } }'),
    /^f\.yaml:5: observers\[0\]\.then\[0\]: is log and cache at once; name exactly one/,
  ],
  [
    then('{ log: { message: a }, timeout: 10 }'),
    'f.yaml:5: observers[0].then[0].timeout: is 10; give a duration such as 500ms, 10s or 1m, above 0',
  ],
  [
    then('{ log: { message: a }, timeout: soon }'),
    'f.yaml:5: observers[0].then[0].timeout: is "soon"; give a duration such as 500ms, 10s or 1m, above 0',
  ],
  [
    then('{ log: { message: a }, timeout: 600h }'),
    'f.yaml:5: observers[0].then[0].timeout: is "600h"; give at most 24h',
  ],
  [
    when('record: { nott: { field: a, exists: true } }'),
    'f.yaml:4: observers[0].when.record.nott: is not a known key; did you mean not?',
  ],
  [
    when('record: [a]'),
    'f.yaml:4: observers[0].when.record: is ["a"]; write them as "field: …" or "all: …" or "any: …" or "not: …", a line each',
  ],
  [
    then('{ sync: { repo: subject } }'),
    'f.yaml:5: observers[0].then[0].sync.repo: is "subject"; use own, or { field: subject } where the record names a DID there',
  ],
  [then('{ custom: { module: . } }'), /^f\.yaml:5: .*custom\.module: there is no file /],
  [
    then('{ custom: { module: none.mjs } }'),
    /^f\.yaml:5: observers\[0\]\.then\[0\]\.custom\.module: there is no file \S*none\.mjs; name one from the folder/,
  ],
  [
    then(`{ webhook: { url: "ftp://example.org", secret: ${secret} } }`),
    /^f\.yaml:5: observers\[0\]\.then\[0\]\.webhook\.url: is "ftp:\/\/example\.org"; give an address/,
  ],
  [
    then(`{ webhook: { url: "https://${'a.'.repeat(600)}org", secret: ${secret} } }`),
    /^f\.yaml:5: observers\[0\]\.then\[0\]\.webhook\.url: is "https:.+; give an address such as/,
  ],
  [
    then(`{ webhook: { url: "http://example.org/hook", secret: ${secret} } }`),
    'f.yaml:5: observers[0].then[0].webhook.url: http://example.org is not called: it is not reached by https; call a public address by https, or add allow_private: true where this one is yours',
  ],
  [
    then(`{ webhook: { url: "https://10.0.0.7", secret: ${secret} } }`),
    /^f\.yaml:5: .*webhook\.url: https:\/\/10\.0\.0\.7 is not called: it leads to 10\.0\.0\.7, which is not public; /,
  ],
  [
    then(`{ webhook: { url: "https://example.org", secret: ${secret}, headers: { Content-Type: text } } }`),
    /^f\.yaml:5: .*headers\.Content-Type: .*; leave it out; each webhook has one of its own$/,
  ],
  [
    then(`{ webhook: { url: "https://example.org", secret: ${secret}, headers: { x-token: "a\\nb" } } }`),
    'f.yaml:5: observers[0].then[0].webhook.headers.x-token: is not a valid value; give one line of Latin letters',
  ],
  [
    then('{ webhook: { url: "https://example.org", secret: abcdef } }'),
    /^f\.yaml:5: observers\[0\]\.then\[0\]\.webhook\.secret: is not a valid value; give whsec_/,
  ],
  [
    // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the syntax of the file
    then('{ webhook: { url: "https://example.org", secret: "${NO_SUCH_SECRET}" } }'),
    /^f\.yaml:5: the variable NO_SUCH_SECRET is not set; set it/,
  ],
  [
    `${then('{ log: { message: a } }')}  - name: one\n    when: {}\n    then: [{ log: { message: b } }]\n`,
    'f.yaml:6: observers[1].name: is "one" a second time; give each observer a name of its own',
  ],
  [
    `${then('{ log: { message: a } }')}metrics: { histogram_buckets: [1, 0.5] }\n`,
    /^f\.yaml:6: metrics\.histogram_buckets: is \[1,0\.5\]; give them in order, each once/,
  ],
  [
    `${then('{ log: { message: a } }')}metrics: { sample_rate: 2 }\n`,
    /^f\.yaml:6: metrics\.sample_rate: is 2; give at most 1/,
  ],
]

describe('a file of observers', () => {
  let dir: string
  before(async () => {
    dir = await mkdtemp(join(tmpdir(), 'observers-'))
  })
  after(() => rm(dir, { recursive: true }))
  const read = async (content: string) => {
    await writeFile(join(dir, 'f.yaml'), content)
    return readObservers(join(dir, 'f.yaml'))
  }

  for (const [content, says] of refused) {
    it(`is refused: ${says}`, async () => {
      const message = await read(content).then(
        () => assert.fail('it was taken'),
        (error: Error) => error.message.replace(`${dir}/`, ''),
      )
      if (typeof says === 'string') assert.equal(message, says)
      else assert.match(message, says)
    })
  }

  it('is read with what is left out filled in, and variables put in', async () => {
    process.env.OBSERVERS_TEST_SECRET = secret
    const { file, folder } = await read(
      then(
        // biome-ignore lint/suspicious/noTemplateCurlyInString: this is the syntax of the file
        '{ webhook: { url: "https://example.org/hook", secret: "${OBSERVERS_TEST_SECRET}" }, timeout: 1.5s }',
      ),
    )
    assert.equal(folder, dir)
    assert.deepEqual(file, {
      observers: [
        {
          name: 'one',
          when: {},
          // biome-ignore lint/suspicious/noThenProperty: that is what it is called in the file.
          then: [
            {
              webhook: { url: 'https://example.org/hook', secret, allow_private: false },
              timeout: 1500,
            },
          ],
        },
      ],
      metrics: { enabled: true },
      concurrency: 16,
      timeout: 10_000,
      retries: 8,
      limits: { waiting_jobs: 100_000, per_host: 8 },
    })
  })

  for (const [content, says] of [
    [when('did: alice'), /^tidegauge: \S+f\.yaml:4: observers\[0\]\.when\.did: is "alice"; give a DID/],
    [
      `${then('{ log: { message: a } }')}metrics: { sample_rate: 0.5 }\n`,
      /^tidegauge: \S+f\.yaml:6: metrics\.sample_rate: is 0\.5, and the pipeline has 1 \(default\); /,
    ],
    [
      then('{ custom: { module: f.yaml } }'),
      /^tidegauge: \S+f\.yaml:5: observers\[0\]\.then\[0\]\.custom\.module: \S+f\.yaml cannot be loaded \(.+\); correct it$/m,
    ],
  ] as const)
    it(`stops the start: ${says}`, async () => {
      await writeFile(join(dir, 'f.yaml'), content)
      const flags = ['--port', '0', '--metrics-port', '0', '--demo-rate', '0', '--log-level', 'error']
      const args = ['serve', '--observers', join(dir, 'f.yaml'), '--data', join(dir, 'data'), ...flags]
      const child = spawn(process.execPath, [join(import.meta.dirname, '../main.ts'), ...args], {
        stdio: ['ignore', 'ignore', 'pipe'],
      })
      const [said, [code]] = await Promise.all([text(child.stderr), once(child, 'exit')])
      assert.match(said, says)
      assert.equal(code, 2)
    })
})
