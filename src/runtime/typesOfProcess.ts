import { makeTypeCount } from "./worker/TypeBudget.ts"

/** How many types all modules of this process have brought so far: one word, for its threads and for itself. */
export const typesOfProcess = makeTypeCount()
