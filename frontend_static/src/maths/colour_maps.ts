/**
 * Diverging colour maps, low to high, at even places: their ends stay apart from each other and from the page, for colour-blind
 * people, too, and equal steps of the value are about equal steps of the colour.
 *
 * CET-D01 and CET-D04 by Peter Kovesi, "Good Colour Maps: How to Design Them" (2015), in every tenth or eleventh of the 256 colours
 * that the package colorcet 3.2 has of them (licence: CC BY 4.0).
 */

export const BLUE_WHITE_RED: readonly string[] = [
  "#2151db",
  "#465ddd",
  "#5c68df",
  "#7075e2",
  "#8181e4",
  "#918fe6",
  "#a09ce8",
  "#aea9e9",
  "#bcb7eb",
  "#cac5ed",
  "#d6d3ee",
  "#e3e1ef",
  "#eee7e9",
  "#f1deda",
  "#f2cec5",
  "#f0beb2",
  "#eead9d",
  "#eb9c89",
  "#e78c77",
  "#e27b63",
  "#dd6a52",
  "#d7583f",
  "#cf442d",
  "#c82e1b",
  "#c00206",
];

export const BLUE_BLACK_RED: readonly string[] = [
  "#1981fa",
  "#2578e5",
  "#2b6fd2",
  "#2f66bd",
  "#315daa",
  "#325496",
  "#314b82",
  "#304371",
  "#2d3b5e",
  "#2a324c",
  "#262b3d",
  "#22232c",
  "#221f21",
  "#2d211f",
  "#3d2622",
  "#4b2b25",
  "#5c2f28",
  "#6d342b",
  "#7c382e",
  "#8e3c32",
  "#9e4035",
  "#b04438",
  "#c2483b",
  "#d34c3e",
  "#e65041",
];
