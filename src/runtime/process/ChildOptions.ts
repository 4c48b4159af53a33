/**
 * How the child processes are started that run guests.
 *
 * A child gets no environment, no arguments but its own program, no input and no output: descriptor 3 is its channel
 * to the daemon, 4 the one on which it says what it is about to do, and they are all that a sandbox must let through;
 * on Linux it closes all others before it runs a guest.
 * When the channel closes it ends by itself. A wrapper has to become the child (`exec`) or end with it, and must not
 * close descriptors: `env`, `prlimit`, `setsid`, `unshare`, `bwrap --die-with-parent` and `systemd-run --scope` do so.
 */
export interface ChildOptions {
  /**
   * Starts each child under something else: what comes before its command, `["unshare", "-n"]`, or a function from
   * the command to the one that is run instead. The program is looked for where the system looks without a PATH.
   */
  readonly sandbox?: Sandbox | undefined
}

export type Sandbox = ReadonlyArray<string> | ((command: ChildCommand) => ChildCommand)

/** What is run. */
export interface ChildCommand {
  readonly executable: string
  readonly args: ReadonlyArray<string>
  readonly env: Readonly<Record<string, string>>
}
