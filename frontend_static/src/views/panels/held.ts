/** Keeps an answer on the screen until the next one of the same layer is there, so that playing does not blink. */
import type { Ask } from "../../api/client.ts";
import type { Analyses, Answered } from "../../state/analyses.ts";

/** An answer with its own question, which may be the one before. */
export interface Shown<T> extends Answered<T> {
  readonly ask: Ask | null;
}

export class Held<T extends object> {
  private shown: Shown<T> = { ask: null, data: null, fault: null };

  take(analyses: Analyses, ask: Ask | null): Shown<T> {
    const answer = analyses.answer<T>(ask);
    const waits = ask !== null && answer.data === null && answer.fault === null;
    if (!waits || !isOfOneLayer(ask, this.shown.ask)) this.shown = { ...answer, ask };
    return this.shown;
  }
}

function isOfOneLayer(a: Ask, b: Ask | null): boolean {
  return a.params.run === b?.params.run && a.params.layer === b?.params.layer;
}
