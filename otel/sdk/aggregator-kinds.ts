// What the SDK calls its aggregators in their `kind`; it exports no names for them.

export const sumKind = 1

export const lastValueKind = 2
