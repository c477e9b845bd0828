import { kinds as catalog } from './kinds/catalog.ts'
import { kinds as panels } from './kinds/dashboard-panels.ts'
import { kinds as targets } from './kinds/dashboard-targets.ts'
import { kinds as values } from './kinds/dashboard-values.ts'
import { kinds as dashboards } from './kinds/dashboard-whole.ts'
import { kinds as aggregations } from './kinds/query-aggregations.ts'
import { kinds as functions } from './kinds/query-functions.ts'
import { kinds as names } from './kinds/query-names.ts'
import { kinds as operators } from './kinds/query-operators.ts'
import { kinds as rules } from './kinds/rules.ts'
import { kinds as scrape } from './kinds/scrape.ts'
import { kinds as source } from './kinds/source.ts'
import type { Kind } from './mutant.ts'

/** All ways of bending the tree, in the order of the table. */
export const kinds: readonly Kind[] = [
  ...names,
  ...functions,
  ...aggregations,
  ...operators,
  ...rules,
  ...panels,
  ...targets,
  ...values,
  ...dashboards,
  ...scrape,
  ...catalog,
  ...source,
]
