/** Whether this process's engine can suspend a guest between slices; see `worker/jspi.ts`. */
export const canSuspend: boolean = "Suspending" in WebAssembly && "promising" in WebAssembly
