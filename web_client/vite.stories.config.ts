/** Builds the story page (`src/stories`) into `dist-stories`: for looking and for checking, never part of the product. */
import { resolve } from "node:path";
import { defineConfig } from "vite";
import { locales } from "./vite.config.ts";

const here = import.meta.dirname;

export default defineConfig({
  root: resolve(here, "src/stories"),
  base: "./",
  plugins: [locales()],
  build: { outDir: resolve(here, "dist-stories"), emptyOutDir: true, target: "es2022", modulePreload: { polyfill: false } },
});
