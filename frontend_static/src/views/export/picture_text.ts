/** The visible part of a text, line by line, as the browser breaks and cuts it. */
import type { Box } from "../../export/svg.ts";

/** Where the visible part of an element ends. */
export interface Shown {
  readonly right: number;
  readonly bottom: number;
}

/** A line, or one letter of it, and its box on the screen. */
export interface Written {
  readonly text: string;
  readonly box: Box;
}

const graphemes = new Intl.Segmenter();

const isSpace = ({ text }: Written) => text.trim() === "";
const rightOf = ({ box }: Written) => box.x + box.width;

/** The lines of a text in one or several nodes, whose letters are `em` high. */
export function linesOf(nodes: readonly Text[], em: number, shown: Shown): Written[] {
  const lines: Written[][] = [];
  for (const letter of nodes.flatMap(lettersOf)) {
    const first = lines.at(-1)?.[0];
    if (first === undefined || letter.box.y >= first.box.y + first.box.height) lines.push([letter]);
    else lines.at(-1)?.push(letter);
  }
  return lines
    .filter(([first]) => first !== undefined && first.box.y < shown.bottom)
    .map((line) => joined(cut(trimmed(line), em, shown.right)))
    .filter((line) => line.text !== "");
}

/** White space that the browser does not show has no width. */
function lettersOf(node: Text): Written[] {
  const range = document.createRange();
  return [...graphemes.segment(node.data)]
    .map(({ segment, index }) => {
      range.setStart(node, index);
      range.setEnd(node, index + segment.length);
      return { text: segment.replace(/\s/g, " "), box: range.getBoundingClientRect() };
    })
    .filter((letter) => letter.box.width > 0 || (letter.box.height > 0 && !isSpace(letter)));
}

function trimmed(line: readonly Written[]): readonly Written[] {
  return line.slice(
    line.findIndex((letter) => !isSpace(letter)),
    line.findLastIndex((letter) => !isSpace(letter)) + 1,
  );
}

/** A line that reaches beyond what shows of it ends in an ellipsis, which is an em wide. */
function cut(line: readonly Written[], em: number, right: number): readonly Written[] {
  const last = line.at(-1);
  if (last === undefined || rightOf(last) <= right + 0.5) return line;
  const kept = line.filter((letter) => rightOf(letter) <= right - em);
  const next = line[kept.length] ?? last;
  return [...kept, { text: "…", box: { ...boxOf(next), width: em } }];
}

function joined(line: readonly Written[]): Written {
  const x = Math.min(...line.map(({ box }) => box.x));
  const right = Math.max(...line.map(rightOf));
  const { y, height } = line[0]?.box ?? { y: 0, height: 0 };
  return { text: line.map(({ text }) => text).join(""), box: { x, y, width: right - x, height } };
}

/** A DOMRect has no properties of its own to spread. */
function boxOf({ box: { x, y, width, height } }: Written): Box {
  return { x, y, width, height };
}
