import { propose } from "./propose.ts"

/** The proposal as JSON on standard output: in a process of its own, because timing sets V8's flags for all of it. */
process.stdout.write(JSON.stringify(propose()))
