/**
 * What the thread that runs a guest reports of an instance's life. The chart, which lies beside this ring, has
 * these events among its own; the supervisor feeds them to it and a test holds the names together.
 */
export type InstanceEventName = "INSTANTIATED" | "CALLED" | "RETURNED" | "FAILED" | "CAPTURED" | "CLEANED"
