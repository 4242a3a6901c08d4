/** The plugin's HTTP routes, relative to where this script was served from. */
import { parseOrder, parseSeries, type Series } from "./arrays.ts";
import type { Answers, Requests, Route } from "./routes.ts";
import { parseSafetensors } from "./safetensors.ts";
import { parseSummary, type Summary } from "./summary.ts";
import { parseTrace, type Trace } from "./trace.ts";
import type { RunEntry, RunInfo, SampleInfo, ScaleKey, Scales, TraceKey } from "./types.ts";

/** `message` is the server's sentence, which can be shown. */
export class ApiError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.name = "ApiError";
    this.status = status;
  }
}

export function isAbort(error: unknown): boolean {
  return error instanceof Error && error.name === "AbortError";
}

export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

/** The sentence of an error; a proxy or TensorBoard itself may answer with a page of HTML instead. */
export function errorSentence(status: number, contentType: string, body: string): string {
  // TensorBoard puts the status before our sentence.
  const text = body.trim().replace(/^(Invalid argument|Not found): /, "");
  if (text !== "" && text.length < 2000 && !contentType.includes("html")) return text;
  return `The server answered ${status}; what TensorBoard prints in its terminal may say why.`;
}

type Params = Readonly<Record<string, string | number>>;

/** A question to one of the routes that analyse a run. */
export interface Query {
  readonly route: string;
  readonly params: Params;
}

/** Every call takes the parameters of its route and returns its answer, parsed. */
export class Client {
  private readonly base: string;

  constructor(base: string) {
    this.base = base;
  }

  url(route: string, params: Params = {}): string {
    const query = Object.entries(params).map(([k, v]) => `${k}=${encodeURIComponent(v)}`);
    return new URL(route + (query.length ? `?${query.join("&")}` : ""), this.base).href;
  }

  async runs(signal: AbortSignal): Promise<RunEntry[]> {
    return [...(await this.object("runs", {}, signal)).runs];
  }

  run(run: string, signal: AbortSignal): Promise<RunInfo> {
    return this.object("run", { run }, signal);
  }

  sample(run: string, sample: number, signal: AbortSignal): Promise<SampleInfo> {
    return this.object("sample", { run, sample }, signal);
  }

  async trace(key: TraceKey, signal: AbortSignal): Promise<Trace> {
    return parseTrace(key, await this.bytes("trace", key, signal));
  }

  async series({ run, sample, step }: TraceKey, signal: AbortSignal): Promise<Series> {
    return parseSeries(await this.bytes("series", { run, sample, step }, signal));
  }

  /** Of a layer's signals without a range, those that the colours span. */
  async scales({ run, layer }: ScaleKey, signal: AbortSignal): Promise<Scales> {
    return new Map(Object.entries((await this.object("scales", { run, layer }, signal)).typical));
  }

  /** An order of the units in which similar ones are neighbours. */
  async similarity(key: Requests["similarity"], signal: AbortSignal): Promise<Uint32Array> {
    return parseOrder(await this.bytes("similarity", key, signal));
  }

  async summary(key: Requests["summary"], signal: AbortSignal): Promise<Summary> {
    return parseSummary(await this.bytes("summary", key, signal));
  }

  /** The answer to a query: a JSON object, or named arrays as a `Map`. */
  async ask({ route, params }: Query, signal: AbortSignal): Promise<object> {
    const response = await this.get(this.url(route, params), signal);
    const isJson = (response.headers.get("content-type") ?? "").includes("json");
    if (isJson) return (await response.json()) as object;
    return new Map(parseSafetensors(await response.arrayBuffer()).tensors);
  }

  private async object<R extends Route>(
    route: R,
    params: Requests[R],
    signal: AbortSignal,
  ): Promise<Answers[R]> {
    return (await (await this.get(this.url(route, params), signal)).json()) as Answers[R];
  }

  private async bytes<R extends Route>(
    route: R,
    params: Requests[R],
    signal: AbortSignal,
  ): Promise<ArrayBuffer> {
    return (await this.get(this.url(route, params), signal)).arrayBuffer();
  }

  private async get(url: string, signal: AbortSignal): Promise<Response> {
    let response: Response;
    try {
      response = await fetch(url, { signal });
    } catch (error) {
      if (isAbort(error)) throw error;
      throw new ApiError(0, "TensorBoard does not answer: is it still running?");
    }
    if (response.ok) return response;
    const type = response.headers.get("content-type") ?? "";
    throw new ApiError(response.status, errorSentence(response.status, type, await response.text()));
  }
}
