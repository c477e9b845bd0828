/** What the library can do only where it knows the inside of the SDK, and what happens without it, for the log. */
export const consequences = {
  views: 'views of the catalog and limits on series cannot be applied',
  boundSeries: 'bound handles record at the price of unbound ones',
  quickHistograms: 'bound histograms record at twice their price',
  observedSums: 'what is observed beyond a limit on series is not added up',
  lastValues: 'gauges stand still after the clock is set back, until it comes to its time again',
  times: 'points may begin after their own time when the clock is set back',
  exemplars: 'exemplars are not kept',
  directMerge: 'collections take twice their time',
  guardedCallbacks: 'a callback that fails in a scrape is not named, and its old value is served',
  unobservedSeries: 'series that are no longer observed keep their last value',
  readerMetrics: "the SDK's own metrics about readers are not recorded",
} as const

export type Ability = keyof typeof consequences
