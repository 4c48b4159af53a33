/** A copy of a column with more room, what is new being zero. */
export const widened = <A extends Uint8Array<ArrayBuffer> | Int32Array<ArrayBuffer>>(
  column: A,
  size: number
): A => {
  // The cast: a typed array's constructor makes its own kind.
  const wider = new (column.constructor as new (size: number) => A)(size)
  wider.set(column)
  return wider
}
