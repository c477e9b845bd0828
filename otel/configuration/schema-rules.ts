import { z } from 'zod'

// Builders for the declarative configuration, where an absent value and null both mean the default.

/** An object without other keys than these. */
export function object<Shape extends z.ZodRawShape>(shape: Shape): z.ZodObject<Shape, z.core.$strict> {
  return z.strictObject(shape)
}

/** A value that has a default. */
export function setting<Schema extends z.ZodType>(schema: Schema, fallback: z.output<Schema>) {
  return schema.nullish().transform((value) => (value ?? fallback) as z.output<Schema>)
}

/** A value that may be missing. */
export function optional<Schema extends z.ZodType>(schema: Schema) {
  return schema.nullish().transform((value) => (value ?? undefined) as z.output<Schema> | undefined)
}

/** A part in which every value has a default, so that the key alone is enough: `console:`. */
export function section<Shape extends z.ZodRawShape>(shape: Shape) {
  return z.preprocess((value) => value ?? {}, object(shape))
}

/** An object that says one of several things. */
export function single<Shape extends z.ZodRawShape>(shape: Shape) {
  const names = Object.keys(shape)
  const chosen = object(
    Object.fromEntries(names.map((name) => [name, (shape[name] as z.ZodType).optional()])) as unknown as {
      [Name in keyof Shape]: z.ZodOptional<Shape[Name]>
    },
  )
  return chosen.refine((value) => Object.keys(value as object).length === 1, {
    error: `give exactly one of the keys ${names.join(', ')}`,
  })
}

/** A part of the standard that cannot take effect here. */
export function refused(problem: string, mend: string) {
  return z.unknown().superRefine((_value, context) => {
    context.addIssue({ code: 'custom', message: mend, params: { problem } })
  })
}

export const milliseconds = z.int().min(0).max(2_147_483_647)
