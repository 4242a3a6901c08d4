/** Keeps an answer on the screen until the next step's has arrived, so that scrubbing does not blink. */
import type { Answer } from "../../state/fetched.ts";
import type { AnswerLookup, PanelQuery } from "../query.ts";

/** An answer with its own query, which may be the one before. */
export interface Shown<T extends object> extends Answer<T> {
  readonly query: PanelQuery<T> | null;
}

export class Held<T extends object> {
  private shown: Shown<T> = { query: null, data: null, fault: null };

  take(answers: AnswerLookup, query: PanelQuery<T> | null): Shown<T> {
    const answer = answers.answer(query);
    const waits = query !== null && answer.data === null && answer.fault === null;
    if (!waits || !differsInStep(query, this.shown.query)) this.shown = { ...answer, query };
    return this.shown;
  }
}

/** Only then is an old answer kept: one of another layer, sample or cell would stand under a wrong name. */
function differsInStep(a: PanelQuery<object>, b: PanelQuery<object> | null): boolean {
  return (
    b !== null && Object.keys(a.params).every((name) => name === "step" || a.params[name] === b.params[name])
  );
}
