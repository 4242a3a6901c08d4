/** How different two colours look, by CIEDE2000 (Sharma, Wu and Dalal 2005); 1 is about the least that people see. */
import { lab, type RGBColor, rgb } from "d3-color";

const degrees = (angle: number) => (angle * 180) / Math.PI;
const radians = (angle: number) => (angle * Math.PI) / 180;

/** By L, a and b. */
export function differenceOfLab(
  [l1, a1, b1]: readonly [number, number, number],
  [l2, a2, b2]: readonly [number, number, number],
): number {
  const meanChroma = (Math.hypot(a1, b1) + Math.hypot(a2, b2)) / 2;
  const greyness = 0.5 * (1 - Math.sqrt(meanChroma ** 7 / (meanChroma ** 7 + 25 ** 7)));
  const [x1, x2] = [a1 * (1 + greyness), a2 * (1 + greyness)];
  const [c1, c2] = [Math.hypot(x1, b1), Math.hypot(x2, b2)];
  const hue = (a: number, b: number) => (a === 0 && b === 0 ? 0 : (degrees(Math.atan2(b, a)) + 360) % 360);
  const [h1, h2] = [hue(x1, b1), hue(x2, b2)];
  const isGrey = c1 * c2 === 0;
  let turn = isGrey ? 0 : h2 - h1;
  if (turn > 180) turn -= 360;
  if (turn < -180) turn += 360;
  const across = !isGrey && Math.abs(h1 - h2) > 180;
  const h = isGrey ? h1 + h2 : (h1 + h2 + (across ? (h1 + h2 < 360 ? 360 : -360) : 0)) / 2;
  const [l, c] = [(l1 + l2) / 2, (c1 + c2) / 2];
  const t =
    1 -
    0.17 * Math.cos(radians(h - 30)) +
    0.24 * Math.cos(radians(2 * h)) +
    0.32 * Math.cos(radians(3 * h + 6)) -
    0.2 * Math.cos(radians(4 * h - 63));
  const lightness = (l2 - l1) / (1 + (0.015 * (l - 50) ** 2) / Math.sqrt(20 + (l - 50) ** 2));
  const chroma = (c2 - c1) / (1 + 0.045 * c);
  const tint = (2 * Math.sqrt(c1 * c2) * Math.sin(radians(turn / 2))) / (1 + 0.015 * c * t);
  const rotation =
    -2 * Math.sqrt(c ** 7 / (c ** 7 + 25 ** 7)) * Math.sin(radians(60 * Math.exp(-(((h - 275) / 25) ** 2))));
  return Math.sqrt(lightness ** 2 + chroma ** 2 + tint ** 2 + rotation * chroma * tint);
}

export function difference(one: string, other: string): number {
  const [a, b] = [lab(one), lab(other)];
  return differenceOfLab([a.l, a.a, a.b], [b.l, b.a, b.b]);
}

/** Machado, Oliveira and Fernandes (2009), severity 1, for linear RGB. */
const BLINDNESS = {
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;

export const BLIND = Object.keys(BLINDNESS) as (keyof typeof BLINDNESS)[];

const toLinear = (value: number) =>
  value <= 0.04045 * 255 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
const fromLinear = (value: number) =>
  255 * (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055);

/** A colour as a colour-blind person sees it. */
export function seenBy(who: keyof typeof BLINDNESS, colour: string): string {
  const seen: RGBColor = rgb(colour);
  const linear = [seen.r, seen.g, seen.b].map(toLinear) as [number, number, number];
  const [r, g, b] = BLINDNESS[who].map((row) =>
    fromLinear(
      Math.max(
        0,
        Math.min(
          1,
          row.reduce((sum, part, i) => sum + part * (linear[i] as number), 0),
        ),
      ),
    ),
  ) as [number, number, number];
  return rgb(r, g, b).formatRgb();
}
