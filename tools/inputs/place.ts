/** Where something stands, as far as it is known. */
export interface Place {
  /** Path as it was given, or the URL of a scrape. */
  readonly file: string
  /** Beginning at 1. */
  readonly line?: number
  /** Title of the panel, with those of the rows or panels around it: `Firehose / Lag`. */
  readonly panel?: string
  /** Name of the alert or recording rule. */
  readonly rule?: string
}
