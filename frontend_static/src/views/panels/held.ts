/** Keeps an answer on the screen until that of another step is there, so that scrubbing does not blink. */
import type { Query } from "../../api/client.ts";
import type { Analyses, Answered } from "../../state/analyses.ts";

/** An answer with its own question, which may be the one before. */
export interface Shown<T> extends Answered<T> {
  readonly ask: Query | null;
}

export class Held<T extends object> {
  private shown: Shown<T> = { ask: null, data: null, fault: null };

  take(analyses: Analyses, ask: Query | null): Shown<T> {
    const answer = analyses.answer<T>(ask);
    const waits = ask !== null && answer.data === null && answer.fault === null;
    if (!waits || !differsInStep(ask, this.shown.ask)) this.shown = { ...answer, ask };
    return this.shown;
  }
}

/** What is of another layer, sample or cell would stand under a wrong name. */
function differsInStep(a: Query, b: Query | null): boolean {
  return (
    b !== null && Object.keys(a.params).every((name) => name === "step" || a.params[name] === b.params[name])
  );
}
