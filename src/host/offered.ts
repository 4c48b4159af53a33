import { BUILTINS } from "./builtin/table.ts"
import { type HostDeclaration, importKey } from "./HostDeclaration.ts"

/** Every host function that a module could import, by import: the built-in ones and those of the caller. */
export const offered = (declared: ReadonlyArray<HostDeclaration>): ReadonlyMap<string, HostDeclaration> =>
  new Map(
    [...declared, ...BUILTINS.map(({ declaration }) => declaration)].map((declaration) => [
      importKey(declaration.module, declaration.name),
      declaration
    ])
  )
