import type { Random } from './random.ts'

/** A sentence or two such as somebody at the shore might post, some in other languages and scripts. */
export function createPost(random: Random): { readonly text: string; readonly langs: readonly string[] } {
  if (random.next() < 0.12) {
    const { text, lang } = random.pick(foreign)
    return { text, langs: [lang] }
  }
  const sentences = [createSentence(random)]
  if (random.next() < 0.4) sentences.push(createSentence(random))
  if (random.next() < 0.25) sentences.push(random.pick(asides))
  return { text: sentences.join(' '), langs: ['en'] }
}

export function createSentence(random: Random): string {
  const pattern = random.pick(patterns)
  return pattern.replace(/\{(\w+)\}/g, (_, kind: string) => random.pick(words[kind] ?? [kind]))
}

/** A person's name in one lower-case word, as handles need it. */
export function createName(random: Random): string {
  return `${random.pick(givenNames)}-${random.pick(surnames)}`
}

const patterns = [
  'Watched the {sea} from the {place} {time}.',
  '{time}: {weather}, and the {sea} came in {manner}.',
  'Saw {count} {animal} near the {place} today.',
  'The {place} smells of {smell} {time}, I could stay for hours.',
  'Does anybody know why the {animal} left the {place}?',
  'Rebuilt the {thing} with {material}, it finally holds.',
  'Reading about {topic} while {weather} outside.',
  'Unpopular opinion: {topic} matters more than {topic}.',
  'My {thing} says {reading}, the almanac disagrees.',
  'Coffee, {smell}, {weather}: a good start of the day.',
  'We measured {reading} at the {place}, the highest this year.',
  'If you visit the {place}, bring {material} and patience.',
]

const words: Readonly<Record<string, readonly string[]>> = {
  sea: ['tide', 'spring tide', 'surf', 'swell', 'ebb', 'flood', 'current', 'foam'],
  place: [
    'harbour',
    'lighthouse',
    'old pier',
    'estuary',
    'salt marsh',
    'breakwater',
    'tide pool',
    'dunes',
    'ferry',
  ],
  time: ['this morning', 'at dawn', 'after dark', 'at noon', 'tonight', 'before the storm', 'all afternoon'],
  weather: [
    'fog over the water',
    'light rain',
    'a stiff north wind',
    'clear sky',
    'thunder far off',
    'drizzle',
  ],
  manner: ['slowly', 'faster than expected', 'without a sound', 'over the road', 'in long waves'],
  count: ['two', 'three', 'a dozen', 'at least forty', 'hundreds of', 'seven'],
  animal: [
    'curlews',
    'grey seals',
    'oystercatchers',
    'crabs',
    'herring gulls',
    'porpoises',
    'eels',
    'cormorants',
  ],
  smell: ['seaweed', 'diesel', 'fresh bread', 'tar', 'salt', 'wet rope'],
  thing: ['tide gauge', 'barometer', 'rowing boat', 'weather station', 'radio', 'crab trap', 'bicycle'],
  material: ['driftwood', 'copper wire', 'an old sail', 'epoxy', 'three bolts', 'a spare antenna'],
  topic: [
    'tide tables',
    'open protocols',
    'signal flags',
    'knots',
    'cartography',
    'lenses',
    'sediment',
    'backups',
  ],
  reading: ['2.41 m', '3.07 m', '1013 hPa', '998 hPa', '11 °C', 'force 7', '0.4 knots'],
}

const asides = ['Photos later.', '🌊', '🦀🦀', 'Ask me anything.', 'No regrets.', 'More tomorrow!', '🐚 ✨']

const foreign = [
  { lang: 'de', text: 'Springflut am alten Leuchtturm, die Möwen sind außer sich. 🌊' },
  { lang: 'fr', text: 'La marée était très haute ce matin à Étretat.' },
  { lang: 'ja', text: '今朝の満潮は思ったより高かった。海がきれい。' },
  { lang: 'pt', text: 'A maré baixou e a praia ficou enorme — não há vento.' },
  { lang: 'es', text: '¡Qué mañana! El puerto en calma y café caliente.' },
  { lang: 'uk', text: 'Приплив сьогодні був тихий, чайки над портом.' },
  { lang: 'ar', text: 'البحر هادئ هذا الصباح' },
] as const

const givenNames = [
  'ada',
  'bela',
  'cleo',
  'dara',
  'emil',
  'fina',
  'gus',
  'hana',
  'ivo',
  'juno',
  'kai',
  'lena',
  'milo',
]

const surnames = [
  'reef',
  'tern',
  'brook',
  'cove',
  'marsh',
  'finch',
  'gale',
  'heron',
  'moor',
  'pike',
  'sand',
  'wren',
]
