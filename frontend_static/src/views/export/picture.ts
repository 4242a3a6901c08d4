/** The view as it is on the screen, read off its own elements, as an SVG document; and that as a PNG. */
import {
  type Box,
  type BoxPart,
  type Part,
  type Stop,
  svgDocument,
  type TextPart,
} from "../../export/svg.ts";
import { PlotView } from "../timeline/plot.ts";
import { linesOf, type Shown } from "./picture_text.ts";

const MARGIN = 20;
/** Height of the title's line. */
const TITLE = 40;

export interface Picture {
  readonly svg: string;
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
}

/** Where the picture begins on the screen, where the visible part of an element ends, and the page's colour. */
interface Frame extends Shown {
  readonly x: number;
  readonly y: number;
  readonly page: string;
}

/** Everything that is painted or written below `root`, also what must be scrolled to, below a title. */
export function pictureOf(root: Element, title: string): Picture {
  const page = getComputedStyle(document.documentElement).backgroundColor;
  const heading = headingOf(root, title);
  const parts: Part[] = [heading];
  const box = unscrolled(root, () => {
    const found = root.getBoundingClientRect();
    const [right, bottom] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    collect(root, { x: found.x - MARGIN, y: found.y - TITLE, right, bottom, page }, parts);
    return found;
  });
  const width = Math.ceil(Math.max(box.width, heading.box.width)) + 2 * MARGIN;
  const height = Math.ceil(box.height) + TITLE + MARGIN;
  return { width, height, svg: svgDocument({ width, height }, page, title, parts) };
}

/** Reads a view with its scroller at the top: what sticks there would hide lanes. */
function unscrolled<T>(root: Element, read: () => T): T {
  const scroller = root.parentElement;
  if (scroller === null) return read();
  const top = scroller.scrollTop;
  scroller.scrollTop = 0;
  try {
    return read();
  } finally {
    scroller.scrollTop = top;
  }
}

function headingOf(root: Element, text: string): TextPart {
  const { fontFamily: family, color: colour } = getComputedStyle(root);
  const style = { family, size: 13, weight: "600", colour };
  const pen = document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;
  pen.font = `${style.weight} ${style.size}px ${family}`;
  const { width } = pen.measureText(text);
  return { kind: "text", box: { x: MARGIN, y: 8, width, height: 24 }, text, style };
}

function collect(element: Element, frame: Frame, parts: Part[]): void {
  const style = getComputedStyle(element);
  if (style.display === "none" || style.visibility === "hidden") return;
  // Controls have no use in a picture.
  if (element.matches("label, select, button")) return;
  const box = boxOf(element.getBoundingClientRect(), frame);
  if (element instanceof HTMLCanvasElement) {
    if (element.width > 0)
      parts.push({ kind: "image", box, href: element.toDataURL(), cells: isHeatmap(element) });
  } else if (element instanceof SVGSVGElement) {
    parts.push({ kind: "vector", box, markup: markupOf(element) });
  } else {
    parts.push(...backgroundOf(style, box, frame));
    const inside = style.overflow === "visible" ? frame : within(frame, element);
    for (const child of childrenOf(element)) {
      if (child instanceof Element) collect(child, inside, parts);
      else parts.push(...textsOf(child, style, inside));
    }
  }
}

function isHeatmap(canvas: HTMLCanvasElement): boolean {
  const root = canvas.getRootNode();
  return root instanceof ShadowRoot && root.host instanceof PlotView;
}

/** The elements, and between them the texts; adjacent text nodes, as templates write them, together. */
function childrenOf(element: Element): (Element | Text[])[] {
  const found: (Element | Text[])[] = [];
  for (const node of nodesOf(element)) {
    const last = found.at(-1);
    if (node instanceof Element) found.push(node);
    else if (node instanceof Text && Array.isArray(last)) last.push(node);
    else if (node instanceof Text) found.push([node]);
  }
  return found;
}

function nodesOf(element: Element): Iterable<Node> {
  if (element instanceof HTMLSlotElement) return element.assignedNodes();
  return (element.shadowRoot ?? element).childNodes;
}

function markupOf(element: SVGSVGElement): string {
  return new XMLSerializer().serializeToString(element).replace(/<!--.*?-->/gs, "");
}

function boxOf({ x, y, width, height }: Box, frame: Frame): Box {
  return { x: x - frame.x, y: y - frame.y, width, height };
}

function within(frame: Frame, element: Element): Frame {
  const { right, bottom } = element.getBoundingClientRect();
  return { ...frame, right: Math.min(frame.right, right), bottom: Math.min(frame.bottom, bottom) };
}

function textsOf(nodes: readonly Text[], style: CSSStyleDeclaration, frame: Frame): TextPart[] {
  const size = Number.parseFloat(style.fontSize);
  const look = { family: style.fontFamily, size, weight: style.fontWeight, colour: style.color };
  return linesOf(nodes, size, frame).map(({ text, box }) => ({
    kind: "text",
    box: boxOf(box, frame),
    text,
    style: look,
  }));
}

/** A ramp, a patch of colour, and the lines above and below it that mark a row. */
function backgroundOf(style: CSSStyleDeclaration, box: Box, { page }: Frame): Part[] {
  const stops = stopsOf(style.backgroundImage);
  if (stops.length > 0) return [{ kind: "ramp", box, stops }];
  const fill = fillOf(style);
  const patch = fill === null || fill === page ? null : fill;
  const radius = Number.parseFloat(style.borderTopLeftRadius);
  // The only shadows there are keep a mark apart from the colours around it.
  const outline = style.boxShadow === "none" ? null : page;
  const parts: BoxPart[] = [];
  if (patch !== null || outline !== null) parts.push({ kind: "box", box, radius, fill: patch, outline });
  const [top, bottom] = [Number.parseFloat(style.borderTopWidth), Number.parseFloat(style.borderBottomWidth)];
  const line = { kind: "box", radius: 0, outline: null } as const;
  if (top > 0) parts.push({ ...line, box: { ...box, height: top }, fill: style.borderTopColor });
  const foot = { ...box, y: box.y + box.height - bottom, height: bottom };
  if (bottom > 0) parts.push({ ...line, box: foot, fill: style.borderBottomColor });
  return parts;
}

const COLOUR = /rgba?\([^)]*\)|#[0-9a-f]{3,8}/;

/** A dashed line, which is a gradient that repeats, is drawn whole. */
function fillOf({ backgroundColor, backgroundImage }: CSSStyleDeclaration): string | null {
  if (backgroundImage.startsWith("repeating-linear-gradient"))
    return COLOUR.exec(backgroundImage)?.[0] ?? null;
  return backgroundColor === "rgba(0, 0, 0, 0)" ? null : backgroundColor;
}

/** The stops of a legend's gradient, as the browser spells them. */
function stopsOf(background: string): Stop[] {
  if (!background.startsWith("linear-gradient(to right")) return [];
  return [...background.matchAll(new RegExp(`(${COLOUR.source}) ([\\d.]+)%`, "g"))].map(([, colour, at]) => ({
    colour: colour ?? "",
    at: Number(at) / 100,
  }));
}

/** Draws a picture with `ratio` device pixels per CSS pixel. */
export async function pngOf({ svg, width, height }: Picture, ratio: number): Promise<Blob> {
  const image = new Image();
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`;
  await image.decode();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * ratio);
  canvas.height = Math.round(height * ratio);
  canvas.getContext("2d")?.drawImage(image, 0, 0, canvas.width, canvas.height);
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) =>
      blob === null ? reject(new Error("The picture is too large to be drawn.")) : resolve(blob),
    );
  });
}
