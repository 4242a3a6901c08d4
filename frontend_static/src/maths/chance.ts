/** A ranking of units held against what luck does; see tb_rnn_plugin/analysis/detectors.py. */

/** What a unit that says nothing scores. */
export function leastScore(measure: "AUC" | "|r|"): number {
  return measure === "AUC" ? 0.5 : 0;
}

/** How much of the way from nothing to everything a score has come, 0 to 1. */
export function shareOfScore(score: number, measure: "AUC" | "|r|"): number {
  const least = leastScore(measure);
  return Math.max(0, Math.min(1, (score - least) / (1 - least)));
}

/** How many permutations there are of so few samples that luck beats the best of them in more than 5 % of all cases. */
const FEW: Readonly<Record<number, readonly [string, string]>> = {
  2: ["the 1 permuted order", "half"],
  3: ["all 5 permuted orders", "a sixth"],
};

/** What a ranking is worth, in sentences; `best` is its first score. */
export function chanceSentences(best: number, chance: number | null, samples: number): string[] {
  if (chance === null) return ["One sample: nothing to compare with."];
  const few = FEW[samples];
  const below = few ? `below in ${few[0]} of the samples` : "95\u00a0% of permuted samples below";
  const sentences = [`By chance the best of all units reaches ${chance.toFixed(2)} (${below}).`];
  if (few)
    sentences.push(`That is a weak test: of ${samples} samples luck does better in ${few[1]} of all cases.`);
  if (best <= chance) sentences.push("No unit tracks it better than chance.");
  return sentences;
}
