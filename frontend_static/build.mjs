// Bundles the tab into the one file that TensorBoard's iframe imports.
//   node build.mjs [--watch] [--outfile=path]
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";

const here = (path) => fileURLToPath(new URL(path, import.meta.url));
const args = process.argv.slice(2);
const outfile = args.find((arg) => arg.startsWith("--outfile="))?.slice("--outfile=".length);

/** @type {esbuild.BuildOptions} */
const options = {
  entryPoints: [here("src/index.ts")],
  outfile: outfile ?? here("../tb_rnn_plugin/server/static/index.js"),
  bundle: true,
  format: "esm",
  target: "es2022",
  minify: true,
  // The licences of what is bundled travel with it.
  legalComments: "eof",
  logLevel: "info",
};

if (args.includes("--watch")) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await esbuild.build(options);
}
