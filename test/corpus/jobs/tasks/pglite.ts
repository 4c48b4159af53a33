import type { Job } from "../Job.ts"

interface Pglite {
  readonly PGlite: {
    create(): Promise<{
      query(sql: string): Promise<{ rows: ReadonlyArray<object> }>
      exec(sql: string): Promise<unknown>
      close(): Promise<void>
    }>
  }
}

/** PostgreSQL: long jumps over wasm frames, procedural languages as side modules, a file system in memory. */
export const pglite: Job = {
  name: "pglite",
  task: "makes a database, fills tables, queries with windows, JSON and a function in PL/pgSQL",
  sign: '"warmest":"39.9',
  run: async (load) => {
    const { PGlite } = await load.module<Pglite>("@electric-sql/pglite/dist/index.js")
    const db = await PGlite.create()
    await db.exec(`
      create table reading (id serial primary key, place text, celsius numeric, at timestamptz default now());
      insert into reading (place, celsius) select 'place ' || i % 7, (i * 37 % 400) / 10.0 from generate_series(1, 2000) i;
      create function warmest(p text) returns numeric language plpgsql as $$
        declare best numeric := -273; r record;
        begin for r in select celsius from reading where place = p loop best := greatest(best, r.celsius); end loop; return best; end $$;`)
    const { rows } = await db.query(`
      select place, warmest(place), count(*)::int, avg(celsius), stddev(celsius)::text,
        jsonb_agg(celsius order by id) -> 3 as fourth, rank() over (order by sum(celsius) desc)::int
      from reading group by place order by place`)
    const chance = await db.query(
      "select random(), gen_random_uuid(), clock_timestamp() from generate_series(1, 3)"
    )
    await db.close()
    return JSON.stringify([rows, chance.rows])
  }
}
