import { binary, type Kind, type Probe, piece, roundTrip, unary } from "./Probe.ts"

/**
 * The classes of instructions that are priced alike, and what is timed for each.
 *
 * The first class whose pattern a mnemonic fits is its own; every mnemonic must fit one. A class without probes
 * has a fixed number of units, with the reason beside it. Where an instruction cannot be timed alone `minus` names
 * the classes of what is beside it in the probe.
 */
export interface PriceClass {
  readonly name: string
  readonly of: RegExp
  readonly probes?: ReadonlyArray<Probe>
  readonly minus?: ReadonlyArray<string>
  readonly fixed?: number
  /**
   * What is looked at: both kinds of chains (their geometric mean) without it. Long operations overlap with what
   * is around them, so of them `independent`; who reads memory waits for it, so of loads `dependent`.
   */
  readonly chains?: "dependent" | "independent"
  /** `typical` is the geometric mean over the probes, `worst` the most: without it `worst`. */
  readonly over?: "typical" | "worst"
}

const next = (k: number): string =>
  `(local.tee $i${k} (i32.add (i32.mul (local.get $i${k}) (i32.const 1664525)) (i32.const 1013904223)))`
const random = (k: number, most: number): string =>
  `(i32.and (i32.shr_u ${next(k)} (i32.const 16)) (i32.const ${most}))`
const set = (k: number, value: string, kind: Kind = "i"): string => `(local.set $${kind}${k} ${value})`
const sum = (k: number, value: string): string => set(k, `(i32.add (local.get $i${k}) ${value})`)
const at = (j: number, step = 8): string => `offset=${64 + step * j}`
const count = (n: number): string => `(i32.add (local.get $iy) (i32.const ${n - 3}))`
const SLOW = { copiesMax: 8 }

const loadProbe = (op: string): Probe =>
  piece(op, (k) => set(k, `(${op} (local.get $i${k}))`), {
    independent: (k, j) => sum(k, `(${op} ${at(j)} (local.get $iy))`)
  })
const shuffle = `i8x16.shuffle ${Array.from({ length: 16 }, (_, i) => (i % 2) * 16 + i).join(" ")}`

export const CLASSES: ReadonlyArray<PriceClass> = [
  {
    name: "shape",
    of: /^(nop|drop|block|loop|else|end|return|unreachable|catch|catch_all|delegate)$/,
    fixed: 0
  },
  // Optimised away, and a register move at most where they are not; never free, for the baseline compiler's sake.
  {
    name: "moving",
    of: /^(local\.\w+|\w+\.const|ref\.(null|is_null|as_non_null|eq)|try|try_table|br)$/,
    fixed: 1
  },
  {
    name: "integer arithmetic",
    of: /^i(32|64)\.(add|sub|and|or|xor|shl|shr_[su]|rot[lr]|extend\w+|wrap_i64|clz|ctz|popcnt|reinterpret_\w+)$|^f\d+\.reinterpret_\w+$/,
    probes: [
      ...["i32.add", "i32.xor", "i32.shl", "i32.rotl"].map((op) => binary(op, "i")),
      unary("i32.extend8_s", "i"),
      unary("i32.clz", "i"),
      unary("i64.popcnt", "l")
    ],
    over: "typical"
  },
  {
    name: "integer comparison",
    of: /^i(32|64)\.(eqz|eq|ne|[lg][te]_[su])$/,
    // Not one waiting for the other: its result goes into a branch.
    probes: [piece("i32.lt_s", (k, j) => sum((k + j) % 4, "(i32.lt_s (local.get $i0) (local.get $iy))"))],
    minus: ["integer arithmetic"]
  },
  {
    name: "integer multiplication",
    of: /^i(32|64)\.mul$/,
    probes: [binary("i32.mul", "i"), binary("i64.mul", "l")]
  },
  {
    name: "integer division",
    chains: "independent",
    of: /^i(32|64)\.(div|rem)_[su]$/,
    probes: ["div_s", "div_u", "rem_s", "rem_u"].flatMap((op) => [
      binary(`i32.${op}`, "i"),
      binary(`i64.${op}`, "l")
    ])
  },
  {
    name: "float arithmetic",
    chains: "independent",
    of: /^f(32|64)\.(add|sub|mul|min|max|ceil|floor|trunc|nearest|abs|neg|copysign)$|^f64\.promote_f32$|^f32\.demote_f64$/,
    probes: [
      ...["add", "mul", "min", "copysign"].map((op) => binary(`f64.${op}`, "d")),
      unary("f64.floor", "d"),
      unary("f64.neg", "d"),
      roundTrip("f64.promote_f32", "f32.demote_f64", "f")
    ],
    over: "typical"
  },
  {
    name: "float comparison",
    of: /^f(32|64)\.(eq|ne|[lg][te])$/,
    probes: [piece("f64.lt", (k, j) => sum((k + j) % 4, "(f64.lt (local.get $d0) (local.get $dy))"))]
  },
  {
    name: "float division",
    chains: "independent",
    of: /^f(32|64)\.div$/,
    probes: [binary("f32.div", "f"), binary("f64.div", "d")]
  },
  {
    name: "float square root",
    chains: "independent",
    of: /^f(32|64)\.sqrt$/,
    probes: [unary("f32.sqrt", "f"), unary("f64.sqrt", "d")]
  },
  {
    name: "float conversion",
    chains: "independent",
    of: /^(i|f)(32|64)\.(trunc|convert)_\w+$/,
    probes: [
      roundTrip("f64.convert_i32_s", "i32.trunc_f64_s", "i"),
      roundTrip("f64.convert_i64_u", "i64.trunc_f64_u", "l"),
      roundTrip("f32.convert_i32_u", "i32.trunc_f32_u", "i"),
      roundTrip("f64.convert_i64_s", "i64.trunc_sat_f64_s", "l")
    ],
    over: "typical"
  },
  {
    name: "select",
    of: /^select/,
    probes: [
      piece("select", (k) =>
        set(k, `(select (local.get $iy) (i32.add (local.get $i${k}) (i32.const 1)) (local.get $i${k}))`)
      )
    ],
    minus: ["integer arithmetic"]
  },
  {
    name: "load",
    of: /^[if]\d+\.load\w*$/,
    probes: ["i32.load", "i32.load8_u"].map(loadProbe)
  },
  {
    name: "store",
    of: /^[if]\d+\.store\w*$/,
    probes: [
      piece("i32.store", (k, j) => `(i32.store ${at(j)} (local.get $iy) (local.get $i${k}))`),
      piece("i64.store", (k, j) => `(i64.store ${at(j)} (local.get $iy) (local.get $l${k}))`)
    ]
  },
  {
    name: "global",
    of: /^global\./,
    probes: [
      piece("global.set", (k) => `(global.set $g (local.get $i${k}))`),
      piece("global.get", (k) => `${sum(k, "(global.get $g)")} (global.set $g (local.get $i${k}))`, {
        count: 2
      })
    ]
  },
  {
    name: "size",
    of: /^(memory|table)\.size$/,
    probes: [
      piece("table.size", (k) => sum(k, "(table.size $u)")),
      piece("memory.size", (k) => sum(k, "(memory.size)"))
    ]
  },
  {
    name: "branch",
    of: /^(if|br_if|br_on_\w+)$/,
    // One that is always guessed, one that never is.
    probes: [
      piece(
        "if, guessed",
        (k, j) =>
          `(if (i32.eq (local.tee $i${k} (i32.add (local.get $i${k}) (local.get $iy))) (i32.const 123456789))
             (then (global.set $g (i32.const ${j}))))`
      ),
      piece("if, not guessed", (k, j) => `(if ${random(k, 1)} (then (global.set $g (i32.const ${j}))))`)
    ],
    minus: ["integer arithmetic"],
    over: "typical"
  },
  {
    name: "branch by table",
    of: /^br_table$/,
    probes: [
      piece(
        "br_table, not guessed",
        (k, j) =>
          `(block $x (block $a (block $b (block $c (block $d (br_table $a $b $c $d ${random(k, 3)}))
             (global.set $g (i32.const ${j})) (br $x)) (global.set $h (i32.const ${j})) (br $x))
             (global.set $g (i32.const ${j + 7})) (br $x)) (global.set $h (i32.const ${j + 9})))`
      ),
      piece(
        "br_table, guessed",
        (k, j) =>
          `(block $a (block $b (block $c (br_table $a $b $c $a (local.get $iy))) (global.set $g (i32.const ${j}))
             (br $a)) ${sum(k, "(local.get $iy)")})`
      )
    ],
    minus: ["integer arithmetic"],
    over: "typical"
  },
  // With the entry, which has a price of its own: half of what a call takes each.
  {
    name: "call",
    of: /^(return_)?call$/,
    probes: [piece("call", (k) => set(k, `(call $leaf (local.get $i${k}))`), { count: 2 })]
  },
  {
    name: "call by index or reference",
    of: /^(return_)?call_(indirect|ref)$/,
    probes: [
      piece("call_indirect", (k) =>
        set(k, `(call_indirect $t (type $one) (local.get $i${k}) (i32.and (local.get $iy) (i32.const 3)))`)
      )
    ],
    minus: ["call"]
  },
  {
    name: "exception",
    of: /^(throw|rethrow|throw_ref)$/,
    probes: [
      piece("throw", () => "(block $h (try_table (catch $tag $h) (throw $tag)))", SLOW),
      piece(
        "throw through a call",
        () => "(block $h (try_table (catch $tag $h) (call $thrower (local.get $iy))))",
        SLOW
      )
    ]
  },
  {
    name: "memory growth",
    of: /^memory\.grow$/,
    probes: [piece("memory.grow of nothing", (k) => sum(k, "(memory.grow (i32.const 0))"), SLOW)]
  },
  {
    name: "table growth",
    of: /^table\.grow$/,
    probes: [
      piece("table.grow of nothing", (k) => sum(k, "(table.grow $u (ref.null extern) (i32.const 0))"), SLOW)
    ]
  },
  {
    name: "table read",
    of: /^(table\.get|ref\.func)$/,
    probes: [
      piece("table.get of externref", (k, j) =>
        sum(k, `(ref.is_null (table.get $u (i32.add (local.get $iy) (i32.const ${j}))))`)
      ),
      piece("table.get of funcref", (k, j) =>
        sum(k, `(ref.is_null (table.get $t (i32.add (local.get $iy) (i32.const ${j}))))`)
      )
    ]
  },
  {
    name: "table write",
    of: /^table\.set$/,
    probes: [
      piece(
        "table.set",
        (_, j) => `(table.set $u (i32.add (local.get $iy) (i32.const ${j})) (ref.null extern))`
      )
    ]
  },
  {
    name: "segment",
    of: /^(memory\.init|table\.init|data\.drop|elem\.drop)$/,
    probes: [
      piece("memory.init of 8", () => `(memory.init $data (i32.const 8192) (i32.const 0) ${count(8)})`),
      piece("table.init of 0", () => `(table.init $t $elem (i32.const 8) (i32.const 0) ${count(0)})`)
    ]
  },
  {
    name: "bulk memory",
    of: /^memory\.(fill|copy)$/,
    probes: [
      piece("memory.fill of 8", () => `(memory.fill (i32.const 8192) (local.get $iy) ${count(8)})`),
      piece("memory.copy of 8", () => `(memory.copy (i32.const 73728) (i32.const 8192) ${count(8)})`)
    ]
  },
  {
    name: "bulk table",
    of: /^table\.(fill|copy)$/,
    probes: [
      piece("table.fill of 0", () => `(table.fill $u (i32.const 0) (ref.null extern) ${count(0)})`),
      piece("table.copy of 0", () => `(table.copy $u $u (i32.const 2048) (i32.const 0) ${count(0)})`)
    ]
  },
  { name: "object", of: /^(struct\.new|array\.new)\w*$/ },
  { name: "object access", of: /^(struct|array)\.(get|set|len)(_[su])?$/, over: "typical" },
  { name: "bulk array", of: /^array\.(fill|copy|init_\w+)$/ },
  {
    name: "cast",
    of: /^(ref\.(test|cast)( null)?|(any|extern)\.convert_\w+|ref\.i31|i31\.get_[su])$/
  },
  {
    name: "vector load",
    of: /^v128\.load\w*$/,
    probes: [
      piece("v128.load", (k, j) =>
        set(k, `(v128.xor (local.get $v${k}) (v128.load ${at(j, 16)} (local.get $iy)))`, "v")
      )
    ]
  },
  {
    name: "vector store",
    of: /^v128\.store\w*$/,
    probes: [piece("v128.store", (k, j) => `(v128.store ${at(j, 16)} (local.get $iy) (local.get $v${k}))`)]
  },
  {
    name: "vector division",
    chains: "independent",
    of: /^f(32x4|64x2)\.div$/,
    probes: [binary("f32x4.div", "v"), binary("f64x2.div", "v")]
  },
  {
    name: "vector square root",
    chains: "independent",
    of: /^f(32x4|64x2)\.sqrt$/,
    probes: [unary("f32x4.sqrt", "v"), unary("f64x2.sqrt", "v")]
  },
  {
    name: "vector multiplication",
    of: /^i\d+x\d+\.(mul|dot_\w+|relaxed_dot\w+|extmul_\w+|\w*q15mulr_\w+)$/,
    probes: [binary("i32x4.mul", "v"), binary("i64x2.mul", "v"), binary("i32x4.dot_i16x8_s", "v")],
    over: "typical"
  },
  {
    name: "vector float arithmetic",
    chains: "independent",
    of: /^f(32x4|64x2)\.(add|sub|mul|abs|neg|ceil|floor|trunc|nearest|pm\w+|eq|ne|[lg][te]|relaxed_\w+|(de|pro)mote_\w+)$/,
    probes: [
      binary("f32x4.add", "v"),
      binary("f64x2.mul", "v"),
      binary("f32x4.pmin", "v"),
      unary("f32x4.floor", "v")
    ],
    over: "typical"
  },
  { name: "vector float minimum", of: /^f(32x4|64x2)\.(min|max)$/, probes: [binary("f32x4.min", "v")] },
  {
    name: "vector conversion",
    chains: "independent",
    of: /^(i|f)\d+x\d+\.(relaxed_)?(trunc|convert)_\w+$/,
    probes: [
      roundTrip("i32x4.trunc_sat_f32x4_s", "f32x4.convert_i32x4_s", "v"),
      roundTrip("i32x4.trunc_sat_f32x4_u", "f32x4.convert_i32x4_u", "v")
    ]
  },
  {
    name: "vector permutation",
    of: /^i\d+x\d+\.(shuffle|swizzle|relaxed_swizzle|popcnt|shl|shr_[su]|relaxed_laneselect)$/,
    probes: [
      binary(shuffle, "v"),
      binary("i8x16.swizzle", "v"),
      unary("i8x16.popcnt", "v"),
      piece("i8x16.shl", (k) => set(k, `(i8x16.shl (local.get $v${k}) (local.get $iy))`, "v"))
    ],
    over: "typical"
  },
  {
    name: "vector lane",
    of: /^(i|f)\d+x\d+\.(splat|extract_lane\w*|replace_lane|all_true|bitmask)$|^v128\.any_true$/,
    probes: [
      piece(
        "lanes",
        (k) =>
          set(k, `(i32x4.replace_lane 1 (local.get $v${k}) (i32x4.extract_lane 2 (local.get $v${k})))`, "v"),
        {
          count: 2
        }
      ),
      piece("i32x4.splat", (k) => set(k, `(i32x4.extract_lane 2 (i32x4.splat (local.get $i${k})))`), {
        count: 2
      }),
      piece("i8x16.bitmask", (k) => set(k, `(i8x16.bitmask (i32x4.splat (local.get $i${k})))`), { count: 2 })
    ]
  },
  {
    name: "vector arithmetic",
    of: /^(v128|i\d+x\d+)\.\w+$/,
    probes: [
      ...["i32x4.add", "i8x16.add_sat_u", "v128.and", "i32x4.gt_s"].map((op) => binary(op, "v")),
      unary("i64x2.abs", "v")
    ],
    over: "typical"
  },
  {
    name: "atomic",
    of: /atomic/,
    probes: [
      piece("i32.atomic.rmw.add", (k) => set(k, `(i32.atomic.rmw.add (i32.const 64) (local.get $i${k}))`)),
      piece("i32.atomic.store", (k) => `(i32.atomic.store (i32.const 64) (local.get $i${k}))`),
      piece("atomic.fence", () => "(atomic.fence)")
    ],
    over: "typical"
  }
]

/** Two lengths of one operation: what the longer takes more is what its bytes or elements take. */
export interface BulkProbe {
  readonly price: "bulkByte" | "bulkElement" | "arrayElement" | "grownPage"
  readonly short: Probe
  readonly long: Probe
  /** Units between the two. */
  readonly units: number
}

const bulk = (
  price: BulkProbe["price"],
  name: string,
  code: (count: string) => string,
  units: number
): BulkProbe => ({
  price,
  units,
  short: piece(`${name} of 64`, () => code(count(64)), SLOW),
  long: piece(`${name} of ${units + 64}`, () => code(count(units + 64)), SLOW)
})

export const BULK: ReadonlyArray<BulkProbe> = [
  bulk("bulkByte", "memory.fill", (n) => `(memory.fill (i32.const 8192) (local.get $iy) ${n})`, 60_000),
  bulk("bulkByte", "memory.copy", (n) => `(memory.copy (i32.const 73728) (i32.const 8192) ${n})`, 60_000),
  bulk("bulkElement", "table.fill", (n) => `(table.fill $u (i32.const 0) (ref.null extern) ${n})`, 1_936),
  bulk("bulkElement", "table.copy", (n) => `(table.copy $u $u (i32.const 2048) (i32.const 0) ${n})`, 1_936),
  bulk(
    "bulkElement",
    "table.fill of functions",
    (n) => `(table.fill $t (i32.const 4) (ref.func $leaf) ${n})`,
    1_936
  )
]
