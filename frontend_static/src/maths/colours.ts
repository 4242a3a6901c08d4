/** Colours of the codes, light and dark. */
import { rgb } from "d3-color";
import { interpolateLab } from "d3-interpolate";
import { interpolateRdBu, interpolateViridis } from "d3-scale-chromatic";
import { EMPTY, NOT_FINITE, positionOf } from "./codes.ts";
import type { Scale } from "./scale.ts";

export type Theme = "light" | "dark";

/** In neither viridis nor the diverging scales. */
export const NOT_FINITE_COLOUR = "#ff1fd1";

type Ramp = (position: number) => string;

// On a dark page the centre recedes into the page and both ends come forward, as they do on a light one.
const DARK_STOPS = ["#8fd0ff", "#3f93ea", "#1d4f8f", "#1b1d22", "#8a2a2c", "#e8503f", "#ffa285"];
const DARK_AT = [0, 0.17, 0.34, 0.5, 0.66, 0.83, 1];

function darkDiverging(position: number): string {
  let i = 0;
  while (i < DARK_AT.length - 2 && position > (DARK_AT[i + 1] as number)) i++;
  const [from, to] = [DARK_AT[i] as number, DARK_AT[i + 1] as number];
  const mix = interpolateLab(DARK_STOPS[i] as string, DARK_STOPS[i + 1] as string);
  return mix((position - from) / (to - from));
}

/** Blue below, red above, as in every temperature map. */
function lightDiverging(position: number): string {
  return interpolateRdBu(1 - position);
}

export function ramp(scale: Scale, theme: Theme): Ramp {
  if (scale.kind === "sequential") return interpolateViridis;
  return theme === "dark" ? darkDiverging : lightDiverging;
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
    colours[NOT_FINITE] = pack(NOT_FINITE_COLOUR);
    packed.set(id, colours);
  }
  return colours;
}

/** The legend, as a CSS gradient made of the very colours that are painted. */
export function cssGradient(scale: Scale, theme: Theme): string {
  const colour = ramp(scale, theme);
  const stops = Array.from({ length: 25 }, (_, i) => `${colour(i / 24)} ${((i / 24) * 100).toFixed(1)}%`);
  return `linear-gradient(to right, ${stops.join(", ")})`;
}
