/** What is logged in training. */

/** The loss as Keras names it, or whatever was logged first. */
export function lossOf(
  logs: Readonly<Record<string, readonly (number | null)[]>>,
): [string, readonly (number | null)[]] | [null, null] {
  const name = "loss" in logs ? "loss" : Object.keys(logs)[0];
  const values = name === undefined ? undefined : logs[name];
  return name === undefined || values === undefined ? [null, null] : [name, values];
}
