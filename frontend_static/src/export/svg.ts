/** An SVG document of texts, pictures, boxes and colour ramps at given places. No DOM in here. */

export interface Box {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface TextStyle {
  readonly family: string;
  readonly size: number;
  readonly weight: string;
  readonly colour: string;
}

/** A colour and how far along it stands, 0 to 1. */
export interface Stop {
  readonly colour: string;
  readonly at: number;
}

export interface TextPart {
  readonly kind: "text";
  readonly box: Box;
  readonly text: string;
  readonly style: TextStyle;
}

export interface ImagePart {
  readonly kind: "image";
  readonly box: Box;
  readonly href: string;
  /** Whether its pixels are cells, whose edges must not blur. */
  readonly cells: boolean;
}

export interface BoxPart {
  readonly kind: "box";
  readonly box: Box;
  readonly radius: number;
  readonly fill: string | null;
  /** Of a line one pixel wide around the box, outside it. */
  readonly outline: string | null;
}

export interface RampPart {
  readonly kind: "ramp";
  readonly box: Box;
  readonly stops: readonly Stop[];
}

/** An SVG element, as the browser writes it. */
export interface VectorPart {
  readonly kind: "vector";
  readonly box: Box;
  readonly markup: string;
}

export type Part = TextPart | ImagePart | BoxPart | RampPart | VectorPart;

const ESCAPES: Readonly<Record<string, string>> = { "&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;" };

/** Names and tokens come from anybody's log: text, never markup. What XML 1.0 has no way to write is left out. */
export function escapeXml(text: string): string {
  return (
    text
      // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what XML forbids.
      .replace(/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g, "")
      .replace(/\p{Surrogate}/gu, "")
      .replace(/[&<>"]/g, (char) => ESCAPES[char] ?? char)
  );
}

const place = ({ x, y, width, height }: Box) => `x="${x}" y="${y}" width="${width}" height="${height}"`;

function text({ box, text, style }: TextPart): string {
  const { family, size, weight, colour } = style;
  // A line of text stands in the middle of its box; a third of its size is below the middle of a letter.
  const baseline = (box.y + box.height / 2 + size * 0.35).toFixed(2);
  const font = `font-family="${escapeXml(family)}" font-size="${size}" font-weight="${escapeXml(weight)}"`;
  const look = `${font} fill="${escapeXml(colour)}" xml:space="preserve"`;
  return `<text x="${box.x}" y="${baseline}" ${look}>${escapeXml(text)}</text>`;
}

function image({ box, href, cells }: ImagePart): string {
  const rendering = cells ? ' image-rendering="pixelated"' : "";
  // Office suites and older drawing programs know no href but XLink's; browsers know both.
  return `<image ${place(box)} preserveAspectRatio="none"${rendering} xlink:href="${escapeXml(href)}"/>`;
}

function box({ box, radius, fill, outline }: BoxPart): string {
  const { x, y, width, height } = box;
  const around = place({ x: x - 0.5, y: y - 0.5, width: width + 1, height: height + 1 });
  const line = outline === null ? "" : `<rect ${around} fill="none" stroke="${escapeXml(outline)}"/>`;
  const corners = radius > 0 ? ` rx="${radius}"` : "";
  return line + (fill === null ? "" : `<rect ${place(box)}${corners} fill="${escapeXml(fill)}"/>`);
}

function ramp({ box, stops }: RampPart, id: string): string {
  const marks = stops.map(({ colour, at }) => `<stop offset="${at}" stop-color="${escapeXml(colour)}"/>`);
  return `<linearGradient id="${id}">${marks.join("")}</linearGradient><rect ${place(box)} fill="url(#${id})"/>`;
}

function written(part: Part, index: number): string {
  switch (part.kind) {
    case "text":
      return text(part);
    case "image":
      return image(part);
    case "box":
      return box(part);
    case "ramp":
      return ramp(part, `ramp${index}`);
    case "vector":
      return `<g transform="translate(${part.box.x} ${part.box.y})">${part.markup}</g>`;
  }
}

/** A document of `width` x `height` CSS pixels on a `page` of one colour; viewers show its title. */
export function svgDocument(
  { width, height }: Pick<Box, "width" | "height">,
  page: string,
  title: string,
  parts: readonly Part[],
): string {
  const spaces = 'xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink"';
  return [
    `<svg ${spaces} width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">`,
    `<title>${escapeXml(title)}</title>`,
    `<rect width="${width}" height="${height}" fill="${escapeXml(page)}"/>`,
    ...parts.map(written),
    "</svg>",
  ].join("\n");
}
