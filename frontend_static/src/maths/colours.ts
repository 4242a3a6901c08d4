/** Colours of the codes, light and dark. */
import { rgb } from "d3-color";
import { interpolateLab, piecewise } from "d3-interpolate";
import { interpolateViridis } from "d3-scale-chromatic";
import { ABOVE, BELOW, EMPTY, NOT_FINITE, positionOf } from "./codes.ts";
import { BLUE_BLACK_RED, BLUE_WHITE_RED } from "./colour_maps.ts";
import type { Scale } from "./scale.ts";

export type Theme = "light" | "dark";

/** In neither viridis nor the diverging scales. */
export const NOT_FINITE_COLOUR = "#ff1fd1";

type Ramp = (position: number) => string;

// On a dark page the centre recedes into the page and both ends come forward, as they do on a light one. Blue is below.
const DIVERGING: Readonly<Record<Theme, Ramp>> = {
  light: piecewise<string>(interpolateLab, [...BLUE_WHITE_RED]),
  dark: piecewise<string>(interpolateLab, [...BLUE_BLACK_RED]),
};

export function ramp(scale: Scale, theme: Theme): Ramp {
  return scale.kind === "sequential" ? interpolateViridis : DIVERGING[theme];
}

/** The colours of the values below and above a scale, which are in none of its ramps. */
export function beyondColours({ kind }: Scale, theme: Theme): readonly [string, string] {
  if (kind === "sequential") return ["#e8e8e8", "#ff5a2c"];
  return theme === "dark" ? ["#2fe0c0", "#ffc542"] : ["#00a88f", "#f0a202"];
}

function pack(colour: string): number {
  const { r, g, b } = rgb(colour);
  // ImageData is RGBA bytes; every browser's machine is little-endian.
  return ((255 << 24) | (Math.round(b) << 16) | (Math.round(g) << 8) | Math.round(r)) >>> 0;
}

const packed = new Map<string, Uint32Array>();

/** RGBA of each code as ImageData wants it. Only "nothing" is transparent: there the hatch of padding shows. */
export function codeColours(scale: Scale, theme: Theme): Uint32Array {
  const id = `${scale.kind} ${theme}`;
  let colours = packed.get(id);
  if (colours === undefined) {
    const colour = ramp(scale, theme);
    colours = Uint32Array.from({ length: 256 }, (_, code) => pack(colour(Math.min(1, positionOf(code)))));
    colours[EMPTY] = 0;
    [colours[BELOW], colours[ABOVE]] = beyondColours(scale, theme).map(pack) as [number, number];
    colours[NOT_FINITE] = pack(NOT_FINITE_COLOUR);
    packed.set(id, colours);
  }
  return colours;
}

const gradients = new Map<string, string>();

/** The legend, as a CSS gradient made of the very colours that are painted. */
export function cssGradient(scale: Scale, theme: Theme): string {
  const id = `${scale.kind} ${theme}`;
  const gradient = gradients.get(id) ?? makeGradient(scale, theme);
  gradients.set(id, gradient);
  return gradient;
}

function makeGradient(scale: Scale, theme: Theme): string {
  const colour = ramp(scale, theme);
  const stops = Array.from({ length: 25 }, (_, i) => `${colour(i / 24)} ${((i / 24) * 100).toFixed(1)}%`);
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
