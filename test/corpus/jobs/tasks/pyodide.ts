import type { Job } from "../Job.ts"

interface Pyodide {
  readonly loadPyodide: (options: { indexURL: string }) => Promise<{
    runPython(code: string): string
    globals: { set(name: string, value: unknown): void }
  }>
}

/** CPython: hash seeds from the host, exceptions through both languages, small modules made at run time to fit signatures. */
export const pyodide: Job = {
  name: "pyodide",
  task: "runs Python: classes, sorting, JSON, regular expressions, random, time, a function of JavaScript's",
  sign: '"js": 147',
  run: async (load) => {
    const { loadPyodide } = await load.module<Pyodide>("pyodide/pyodide.mjs")
    const python = await loadPyodide({ indexURL: load.path("pyodide/") })
    python.globals.set("triple", (x: number) => 3 * x)
    return python.runPython(SCRIPT)
  }
}

const SCRIPT = `
import json, random, re, time, hashlib, decimal, collections
class Node:
    def __init__(self, key): self.key, self.left, self.right = key, None, None
    def add(self, key):
        side = "left" if key < self.key else "right"
        child = getattr(self, side)
        setattr(self, side, Node(key)) if child is None else child.add(key)
    def walk(self):
        if self.left: yield from self.left.walk()
        yield self.key
        if self.right: yield from self.right.walk()
root = Node(500)
for _ in range(400): root.add(random.randrange(1000))
def dig(n): return dig(n - 1) if n else 1 / 0
try: dig(200)
except ZeroDivisionError as error: raised = repr(error)
words = re.findall(r"\\w+", "so it goes and so it went, and then it goes")
json.dumps({
    "walk": list(root.walk())[:20], "pi": str(decimal.Decimal(2).sqrt()), "raised": raised,
    "words": collections.Counter(words).most_common(3), "set": list({*words, *map(str, range(30))}),
    "hash": hashlib.blake2b(b"meter").hexdigest(), "time": time.time(), "js": [triple(x) for x in range(50)][-1],
})`
