/**
 * Functions whose fuel was counted by hand, instruction by instruction: entry 1, the eight that only shape the
 * code 0, a byte or an element of a bulk operation 1, everything else 1.
 *
 * Wasmtime 49 reports the same for every row but `LOST_BY_WASMTIME`'s.
 */
export interface Priced {
  readonly title: string
  /** The module's fields; the function is exported as `f`. */
  readonly wat: string
  readonly args: ReadonlyArray<number>
  readonly units: number
}

const row = (title: string, units: number, wat: string, ...args: ReadonlyArray<number>): Priced => ({
  title,
  wat: `(module ${wat})`,
  args,
  units
})

/** A function `f` of one i32 parameter. */
const f = (body: string): string => `(func $f (export "f") (param $n i32) ${body})`

const IF_ELSE = f(`local.get 0
  if i32.const 1 i32.const 2 i32.add drop
  else i32.const 3 drop end`)
const LOOP = f(`(local $i i32)
  loop $again
    local.get $i i32.const 1 i32.add local.tee $i
    local.get $n i32.lt_u br_if $again
  end`)
const TABLE_BRANCH = f(`
  block $c block $b block $a
    local.get 0 br_table $a $b $c
  end i32.const 1 drop return
  end i32.const 1 i32.const 2 i32.add drop
  end nop`)
const EARLY = f(`local.get 0 if return end i32.const 1 drop i32.const 2 drop`)

export const PRICED: ReadonlyArray<Priced> = [
  row("an empty function costs its entry", 1, f("")),
  row(
    "nop, drop, block, loop, end and return are free",
    2,
    f("nop block nop loop nop end end i32.const 1 drop return")
  ),
  row("a straight line costs its instructions", 5, f("i32.const 1 i32.const 2 i32.add i32.eqz drop")),
  row("code after a branch is free", 2, f("block br 0 i32.const 1 drop unreachable end")),
  row("code after return is free", 1, f("return i32.const 1 drop")),
  row("an if pays for the arm that is taken", 6, IF_ELSE, 1),
  row("an else pays for the arm that is taken", 4, IF_ELSE, 0),
  row("an if without else pays nothing for what is skipped", 3, f("local.get 0 if i32.const 1 drop end"), 0),
  row("a loop pays for every round", 1 + 3 * 7, LOOP, 3),
  row("a br_if that is taken skips what follows", 3, f("block local.get 0 br_if 0 i32.const 1 drop end"), 1),
  row("a br_if that falls through goes on", 4, f("block local.get 0 br_if 0 i32.const 1 drop end"), 0),
  row("a br_table pays for its first target", 4, TABLE_BRANCH, 0),
  row("a br_table pays for its second target", 6, TABLE_BRANCH, 1),
  row("a br_table pays for its default target", 3, TABLE_BRANCH, 9),
  row("an early return pays for nothing after it", 3, EARLY, 1),
  row("a return that is not reached costs nothing", 5, EARLY, 0),
  row(
    "a block with a result costs as much as its instructions",
    4,
    f("block (result i32) i32.const 1 local.get 0 br_if 0 end drop")
  ),
  row(
    "a loop with parameters costs as much as its instructions",
    1 + 1 + 2 * 5,
    f(`i32.const 2 loop $l (param i32) (result i32)
      i32.const -1 i32.add local.tee 0 local.get 0
      br_if $l end drop`),
    0
  ),
  row("a call costs itself and the entry", 3, `${f("call $g")} (func $g)`),
  row(
    "a call with arguments and results costs its instructions",
    1 + 3 + 1 + 3,
    `${f("i32.const 1 i32.const 2 call $g drop")}
     (func $g (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)`
  ),
  row(
    "an indirect call costs itself, its index and the entry",
    4,
    `(table funcref (elem $g)) ${f("i32.const 0 call_indirect")} (func $g)`
  ),
  row(
    "recursion costs every call",
    4 * (1 + 2 + 4) + 3,
    f("local.get 0 if local.get 0 i32.const 1 i32.sub call $f end"),
    4
  ),
  row(
    "a tail call costs itself and the entry",
    2 * (1 + 5 + 2) + (1 + 5),
    f("local.get 0 i32.const 1 i32.sub local.tee 0 if local.get 0 return_call $f end"),
    3
  ),
  row(
    "memory.fill costs one a byte",
    1 + 4 + 100,
    `(memory 1) ${f("i32.const 0 i32.const 7 local.get 0 memory.fill")}`,
    100
  ),
  row(
    "memory.copy costs one a byte",
    1 + 4 + 100_000,
    `(memory 2) ${f("i32.const 0 i32.const 7 local.get 0 memory.copy")}`,
    100_000
  ),
  row(
    "memory.init costs one a byte",
    1 + 4 + 3,
    `(memory 1) (data $d "abcdef") ${f("i32.const 0 i32.const 2 local.get 0 memory.init $d")}`,
    3
  ),
  row(
    "a bulk operation on nothing costs only itself",
    1 + 4,
    `(memory 1) ${f("i32.const 0 i32.const 7 local.get 0 memory.fill")}`,
    0
  ),
  row(
    "table.fill costs one an element",
    1 + 4 + 9,
    `(table 10 funcref) ${f("i32.const 0 ref.null func local.get 0 table.fill 0")}`,
    9
  ),
  row(
    "table.copy costs one an element",
    1 + 4 + 9,
    `(table 10 funcref) (table 12 funcref) ${f("i32.const 0 i32.const 2 local.get 0 table.copy 0 1")}`,
    9
  ),
  row(
    "table.init costs one an element",
    1 + 4 + 2,
    `(table 10 funcref) (elem $e func $f $f $f) ${f("i32.const 0 i32.const 1 local.get 0 table.init $e")}`,
    2
  ),
  row(
    "table.grow costs one an element",
    1 + 3 + 5,
    `(table 1 100 funcref) ${f("ref.null func local.get 0 table.grow 0 drop")}`,
    5
  ),
  row(
    "table.grow that fails costs itself",
    1 + 3,
    `(table 1 100 funcref) ${f("ref.null func local.get 0 table.grow 0 drop")}`,
    500
  ),
  row("memory.grow costs one a page", 1 + 2 + 10, `(memory 1 100) ${f("local.get 0 memory.grow drop")}`, 10),
  row(
    "memory.grow that fails costs itself",
    1 + 2,
    `(memory 1 100) ${f("local.get 0 memory.grow drop")}`,
    300
  ),
  row(
    "data.drop and elem.drop cost themselves",
    3,
    `(memory 1) (data $d "a") (elem $e func) ${f("data.drop $d elem.drop $e")}`
  ),
  row(
    "an exception costs the throw and what its handler runs",
    1 + 1 + 1 + 1,
    `(tag $t) ${f("block $b try_table (catch $t $b) throw $t end i32.const 9 drop end i32.const 1 drop")}`
  ),
  row(
    "a try_table that nothing leaves early costs its instructions",
    1 + 1 + 2,
    `(tag $t) ${f("block $b try_table (catch_all $b) i32.const 1 drop i32.const 2 drop end end")}`
  ),
  row(
    "vectors cost one an instruction",
    1 + 5,
    f("v128.const i64x2 1 2 v128.const i64x2 3 4 i64x2.add i64x2.extract_lane 0 i64.eqz drop")
  ),
  row(
    "select and globals cost themselves",
    1 + 5,
    `(global $g (mut i32) (i32.const 0)) ${f("i32.const 1 global.get $g local.get 0 select global.set $g")}`
  )
]

/**
 * Functions for which Wasmtime 49 forgets what the callee consumed: its counter is in a register, which it does
 * not load again where an exception is caught. Here nothing is free.
 */
export const LOST_BY_WASMTIME: ReadonlyArray<Priced> = [
  row(
    "an exception out of a call leaves no prepaid tail",
    1 + 2 + (1 + 1),
    `(tag $t) ${f("block $b try_table (catch_all $b) call $g i32.const 1 i32.const 1 i32.add drop end end")}
     (func $g throw $t)`
  )
]
