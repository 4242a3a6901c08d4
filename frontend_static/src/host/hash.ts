/** The tab's share of TensorBoard's URL: `#rnn_timeline&p.rnn_timeline.key=value&…`. */

export const PLUGIN = "rnn_timeline";
const PREFIX = `p.${PLUGIN}.`;

export type Params = Readonly<Record<string, string>>;

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** The tab a hash names; "" when it names none. */
export function tabOf(hash: string): string {
  return hash.replace(/^#/, "").split("&")[0] ?? "";
}

export function parseHash(hash: string): Params {
  const params: Record<string, string> = {};
  for (const part of hash.replace(/^#/, "").split("&").slice(1)) {
    const cut = part.indexOf("=");
    if (cut < 0) continue;
    const key = decode(part.slice(0, cut));
    if (key.startsWith(PREFIX)) params[key.slice(PREFIX.length)] = decode(part.slice(cut + 1));
  }
  return params;
}

/** `hash` with our parameters replaced; what other plugins keep there stays. */
export function formatHash(hash: string, params: Params): string {
  const others = hash
    .replace(/^#/, "")
    .split("&")
    .slice(1)
    .filter((part) => part !== "" && !decode(part).startsWith(PREFIX));
  const ours = Object.entries(params).map(
    ([key, value]) => `${encodeURIComponent(PREFIX + key)}=${encodeURIComponent(value)}`,
  );
  return `#${[PLUGIN, ...others, ...ours].join("&")}`;
}
