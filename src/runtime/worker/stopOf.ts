import type { Stop } from "../../fuel/Account.ts"
import { STOP_GROWTH, STOP_OBJECTS } from "../../fuel/meter/Layout.ts"

/** The stop that a module asks for through its `stop` hook. */
export const stopOf = (why: number): Stop =>
  why === STOP_OBJECTS ? "objects" : why === STOP_GROWTH ? "growth" : "stack"
