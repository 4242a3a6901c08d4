/** Queries of the panels: a route, its parameters, and a parser of its answer. */
import type { Query } from "../api/client.ts";
import type { Answers, Requests, Route } from "../api/routes.ts";
import type { Answer } from "../state/fetched.ts";
import type { Selection } from "../state/selection.ts";

export interface PanelQuery<T extends object> extends Query {
  /** Reads what `Client.ask` returns: a JSON object, or named arrays. */
  readonly parse: (answer: object) => T;
  /** Sent at once, also while playing. The others wait until the selection rests. */
  readonly immediate?: true;
}

/** Where queries find the answers that have arrived. */
export interface AnswerLookup {
  answer<T extends object>(query: PanelQuery<T> | null): Answer<T>;
}

/** A query whose parameters and answer have the types of the server's table of routes. */
export function query<R extends Route, T extends object>(
  route: R,
  params: Requests[R],
  parse: (answer: Answers[R]) => T,
): PanelQuery<T> {
  return { route, params, parse: (answer) => parse(answer as Answers[R]) };
}

/** The parser of a JSON answer: it already has the type of the server's table. */
export function asSent<T extends object>(answer: T): T {
  return answer;
}

/** The selected step of the selected run; null until both are known. */
export function stepOf({ run, step }: Selection): Pick<Requests["findings"], "run" | "step"> | null {
  return run === null || step === null ? null : { run, step };
}

/** The selected layer at the selected step; null until all are known. */
export function layerOfStep(selection: Selection): Requests["weights"] | null {
  const { layer } = selection;
  const at = stepOf(selection);
  return at === null || layer === null ? null : { ...at, layer };
}
