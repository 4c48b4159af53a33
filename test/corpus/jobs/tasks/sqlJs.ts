import type { Job } from "../Job.ts"

interface SqlJs {
  readonly Database: new () => {
    run(sql: string): void
    exec(sql: string): unknown
    create_function(name: string, f: (x: number) => number): void
  }
}

/** C by Emscripten; asks the JavaScript for time and chance, and calls back into it for a function of SQL. */
export const sqlJs: Job = {
  name: "sql.js",
  task: "a recursive query with joins, windows, random() and a function of JavaScript's",
  sign: "city 1970",
  run: async (load) => {
    const { default: initSqlJs } = await load.module<{
      default: (options: { locateFile: (file: string) => string }) => Promise<SqlJs>
    }>("sql.js/dist/sql-wasm.js")
    const { Database } = await initSqlJs({ locateFile: (file) => load.path(`sql.js/dist/${file}`) })
    const db = new Database()
    db.create_function("twice", (x) => 2 * x)
    db.run(`
      create table city (id integer primary key, name text, people integer);
      create table road (a integer references city, b integer references city, km real);
      with recursive n(i) as (select 1 union all select i + 1 from n where i < 2000)
        insert into city select i, 'city ' || i, (i * 7919) % 100003 from n;
      insert into road select id, (id * 31) % 2000 + 1, id / 7.0 from city;
      create index by_people on city(people);`)
    const tables = db.exec(`
      select x.name, y.name, sum(km) over (order by x.people) as far, twice(y.people)
        from road join city x on x.id = a join city y on y.id = b where y.people > 50000 order by far desc limit 20;
      with recursive walk(at, steps) as (
        select 1, 0 union all select b, steps + 1 from walk join road on a = at where steps < 500)
        select count(distinct at), max(steps), group_concat(at, ' ') from walk;
      select random(), hex(randomblob(8)), datetime('now'), julianday('now') from city limit 5;`)
    return JSON.stringify(tables)
  }
}
