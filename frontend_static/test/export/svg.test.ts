import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { escapeXml, type Part, svgDocument } from "../../src/export/svg.ts";

const SIZE = { width: 200, height: 100 };
const BOX = { x: 10, y: 20.5, width: 30, height: 16 };
const STYLE = { family: '"DejaVu Sans", sans-serif', size: 12, weight: "600", colour: "rgb(1, 2, 3)" };
const NASTY = `<b>&"']]>--></text><script>alert(1)</script>`;

const text = (words: string): Part => ({ kind: "text", box: BOX, text: words, style: STYLE });
const one = (part: Part) => svgDocument(SIZE, "white", "t", [part]).split("\n")[3];

test("text is written so that it is read back as itself", () => {
  assert.equal(escapeXml("a<b>&\"c'"), "a&lt;b&gt;&amp;&quot;c'");
  assert.equal(escapeXml("größe 🙂 −1\t\n"), "größe 🙂 −1\t\n");
});

test("what XML has no way to write is left out", () => {
  assert.equal(escapeXml("a\u0000b\u0008c\u000bd\u001fe\ufffef\uffffg"), "abcdefg");
  assert.equal(escapeXml("a\ud83db\udc4d"), "ab");
  assert.equal(escapeXml("\u007f\u0085\u2028"), "\u007f\u0085\u2028");
});

test("a document has its size in pixels, its page and its title", () => {
  assert.deepEqual(svgDocument(SIZE, "rgb(20, 22, 26)", "a & b", []).split("\n"), [
    '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="200" height="100" viewBox="0 0 200 100">',
    "<title>a &amp; b</title>",
    '<rect width="200" height="100" fill="rgb(20, 22, 26)"/>',
    "</svg>",
  ]);
});

test("a text stands on a baseline in its box", () => {
  const font = 'font-family="&quot;DejaVu Sans&quot;, sans-serif" font-size="12" font-weight="600"';
  assert.equal(
    one(text("<b>")),
    `<text x="10" y="32.70" ${font} fill="rgb(1, 2, 3)" xml:space="preserve">&lt;b&gt;</text>`,
  );
});

test("the cells of a heatmap keep their edges, a drawing is smoothed", () => {
  const href = "data:image/png;base64,AA==";
  const place = 'x="10" y="20.5" width="30" height="16" preserveAspectRatio="none"';
  const link = `xlink:href="${href}"/>`;
  assert.equal(
    one({ kind: "image", box: BOX, href, cells: true }),
    `<image ${place} image-rendering="pixelated" ${link}`,
  );
  assert.equal(one({ kind: "image", box: BOX, href, cells: false }), `<image ${place} ${link}`);
});

test("a box has a colour, round corners, and a line around it", () => {
  const filled = '<rect x="10" y="20.5" width="30" height="16" fill="red"/>';
  assert.equal(one({ kind: "box", box: BOX, radius: 0, fill: "red", outline: null }), filled);
  const line = '<rect x="9.5" y="20" width="31" height="17" fill="none" stroke="white"/>';
  assert.equal(one({ kind: "box", box: BOX, radius: 0, fill: null, outline: "white" }), line);
  const round = filled.replace(" fill", ' rx="3" fill');
  assert.equal(one({ kind: "box", box: BOX, radius: 3, fill: "red", outline: "white" }), line + round);
});

test("each ramp has a gradient of its own", () => {
  const stops = [
    { colour: "rgb(68, 1, 84)", at: 0 },
    { colour: "#fde725", at: 1 },
  ];
  const ramp: Part = { kind: "ramp", box: BOX, stops };
  const lines = svgDocument(SIZE, "white", "t", [ramp, ramp]).split("\n").slice(3, 5);
  const marks = '<stop offset="0" stop-color="rgb(68, 1, 84)"/><stop offset="1" stop-color="#fde725"/>';
  const rect = 'x="10" y="20.5" width="30" height="16"';
  assert.deepEqual(
    lines,
    [0, 1].map(
      (i) => `<linearGradient id="ramp${i}">${marks}</linearGradient><rect ${rect} fill="url(#ramp${i})"/>`,
    ),
  );
});

test("an SVG element is moved to its place", () => {
  const markup = '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0h16"/></svg>';
  assert.equal(one({ kind: "vector", box: BOX, markup }), `<g transform="translate(10 20.5)">${markup}</g>`);
});

/** Every text of a document and every tag in it, as an XML parser reads them. */
const READER = `
import json, sys
from xml.etree import ElementTree
tree = ElementTree.fromstring(sys.stdin.buffer.read())
print(json.dumps([[node.tag.split("}")[1], node.text] for node in tree.iter()]))
`;

const PYTHON = spawnSync("python3", ["--version"]).status === 0;

test("names that look like markup are text, whatever they hold", { skip: !PYTHON }, () => {
  const style = { ...STYLE, family: NASTY, colour: NASTY, weight: NASTY };
  const parts: Part[] = [
    { kind: "text", box: BOX, text: `${NASTY}\u0000\ud800`, style },
    { kind: "box", box: BOX, radius: 0, fill: NASTY, outline: NASTY },
    { kind: "ramp", box: BOX, stops: [{ colour: NASTY, at: 0 }] },
    { kind: "image", box: BOX, href: NASTY, cells: true },
  ];
  const { status, stdout, stderr } = spawnSync("python3", ["-c", READER], {
    input: svgDocument(SIZE, NASTY, NASTY, parts),
    encoding: "utf8",
  });
  assert.equal(status, 0, stderr);
  const tags = ["svg", "title", "rect", "text", "rect", "rect", "linearGradient", "stop", "rect", "image"];
  const read: [string, string | null][] = JSON.parse(stdout);
  assert.deepEqual(
    read.map(([tag]) => tag),
    tags,
  );
  assert.deepEqual(
    read.filter(([tag]) => tag === "title" || tag === "text").map(([, words]) => words),
    [NASTY, NASTY],
  );
});
