import { createHash } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { defineConfig, type Plugin } from "vite";

const here = import.meta.dirname;

/** The oldest engines that run the room; `engine.js` tells people below them. Chromium 80 runs it in the tests. */
const OLDEST = ["chrome80", "safari14", "firefox78"];

const LOCALES = resolve(here, "../meeting_server/web/locales");

/** Areas of the shared catalogue that go to the room, and those only the console needs. */
const AREAS: Record<string, string[]> = {
  room: ["room", "room_people", "vote", "chat", "states", "errors", "net", "media", "stage", "captions", "knocks"],
  console: ["console", "errors"],
  player: ["player"],
};

/** Refusals that only a command of those who run the meeting meets: their sentences come with the console. */
const REFUSED_TO_THE_CONSOLE =
  /^(approval_missing|base_\w+|too_(few|many)_candidates|no_seats|may_not_stand|on_the_roster|reason_missing|strokes_unknown|reduction_missing|no_officers|is_a_candidate|too_many_excellent|grade_missing|officer_\w+|hall_\w+|no_hall_count|count_(?!signed)\w+|not_void|already_filed|votes_here|no_written_opinions|not_excludable|secret_only|secret_alone|already_recording|not_recording|unknown_preset|not_closed|already_published|ballot_open)$/;

/** What only the server's own pages and a camera that sends by WHIP are refused for. */
const REFUSED_ELSEWHERE =
  /^(audio_codec|video_codec|h264_profile|another_ice_session|if_match_needed|bad_device_token|bad_form|form_expired|bad_fragment|bad_institution_key|branch_\w+|client_not_built|last_administrator|method_not_allowed|wrong_media_type|name_(empty|too_long)|number_\w+|wrong_password|unknown_(branch|member)|record_\w+)$/;

function errorsOf(area: string, errors: Record<string, string>): Record<string, string> {
  const toConsole = area === "console";
  const here = ([code]: [string, string]): boolean => REFUSED_TO_THE_CONSOLE.test(code) === toConsole && !REFUSED_ELSEWHERE.test(code);
  return Object.fromEntries(Object.entries(errors).filter(here));
}

/** `virtual:locale/<area>/<language>`: the catalogue shared with the server's pages, cut to what a chunk needs. */
export function locales(): Plugin {
  const prefix = "virtual:locale/";
  return {
    name: "locales",
    resolveId: (id) => (id.startsWith(prefix) ? `\0${id}` : null),
    load(id) {
      if (!id.startsWith(`\0${prefix}`)) return null;
      const [area = "", language = ""] = id.slice(prefix.length + 1).split("/");
      const path = resolve(LOCALES, `${language}.json`);
      const wanted = AREAS[area];
      if (!wanted) throw new Error(`no such area of the catalogue: ${area}`);
      const all = existsSync(path) ? (JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>) : {};
      if (existsSync(path)) this.addWatchFile(path);
      const cut = Object.fromEntries(
        wanted
          .filter((name) => name in all)
          .map((name) => [name, name === "errors" ? errorsOf(area, all[name] as Record<string, string>) : all[name]]),
      );
      return `export default JSON.parse(${JSON.stringify(JSON.stringify(cut))});`;
    },
  };
}

/** Puts the value where `wire/messages.ts` names it (`MotionForce.POLL`): the room stays as small as with bare strings. */
function inlineWords(): Plugin {
  const messages = resolve(here, "src/wire/messages.ts");
  const values = new Map<string, string>();
  for (const [, name, members] of readFileSync(messages, "utf8").matchAll(
    /^export const (\w+) = \{\n((?: {2}\w+: "\w*",\n)+)\} as const;/gm,
  ))
    for (const [, member, value] of (members ?? "").matchAll(/(\w+): ("\w*")/g)) values.set(`${name}.${member}`, value ?? "");
  return {
    name: "inline-words",
    enforce: "pre",
    transform(code, id) {
      if (id === messages || !id.startsWith(resolve(here, "src"))) return null;
      return { code: code.replace(/\b[A-Z][A-Za-z]+\.[A-Z_]+\b/g, (word) => values.get(word) ?? word), map: null };
    },
  };
}

/** What a member on a weak network needs at once, with all it imports: the room, and secret votes. */
const SHELL = [
  "src/main.ts",
  "src/net/own_ballots.ts",
  "src/views/vote/late.ts",
  "src/views/allDeferredSheets.ts",
  "src/views/page/page.tsx",
];

/** `sw.js`: the service worker with the list of hashed files of this build written into it. */
function serviceWorker(): Plugin {
  return {
    name: "service-worker",
    apply: "build",
    writeBundle({ dir }) {
      const folder = dir ?? "";
      const manifest = JSON.parse(readFileSync(resolve(folder, "manifest.json"), "utf8")) as Record<
        string,
        { file: string; css?: string[]; imports?: string[] }
      >;
      const wanted = new Set<string>();
      const walk = (key: string): void => {
        const chunk = manifest[key];
        if (chunk === undefined || wanted.has(chunk.file)) return;
        for (const file of [chunk.file, ...(chunk.css ?? [])]) wanted.add(file);
        chunk.imports?.forEach(walk);
      };
      [
        ...SHELL,
        ...Object.keys(manifest).filter((key) => key.startsWith("virtual:locale/room/") || key.startsWith("virtual:locale/console/")),
      ].forEach(walk);
      const written = new Set(readdirSync(folder)); // what was really written: chunks that held only styles are gone by now
      const shell = [...wanted].filter((name) => written.has(name)).sort();
      const source = readFileSync(resolve(here, "src/sw.js"), "utf8").replace("__SHELL__", JSON.stringify(shell));
      writeFileSync(resolve(folder, "sw.js"), source);
    },
  };
}

/**
 * `engine.<hash>.js`: plain ES5, never transpiled, because it must run where nothing else of ours does. It stands in the manifest
 * like an entry.
 */
function engineCheck(): Plugin {
  return {
    name: "engine-check",
    apply: "build",
    writeBundle({ dir }) {
      const folder = dir ?? "";
      const source = readFileSync(resolve(here, "src/engine.js"), "utf8");
      const file = `engine.${createHash("sha256").update(source).digest("hex").slice(0, 8)}.js`;
      writeFileSync(resolve(folder, file), source);
      const path = resolve(folder, "manifest.json");
      const manifest = JSON.parse(readFileSync(path, "utf8")) as Record<string, unknown>;
      writeFileSync(path, JSON.stringify({ ...manifest, "src/engine.js": { file, name: "engine", isEntry: true } }, null, 1));
    },
  };
}

/** Shared styles come before those that refine them: the manifest lists them in the order pages must link them. */
function cascade(): Plugin {
  return {
    name: "cascade",
    apply: "build",
    writeBundle({ dir }) {
      const path = resolve(dir ?? "", "manifest.json");
      const manifest = JSON.parse(readFileSync(path, "utf8")) as Record<string, { name?: string; css?: string[] }>;
      for (const chunk of Object.values(manifest)) {
        const own = (file: string) => Number(file.startsWith(`${chunk.name ?? ""}.`));
        chunk.css?.sort((a, b) => own(a) - own(b));
      }
      writeFileSync(path, JSON.stringify(manifest, null, 1));
    },
  };
}

export default defineConfig({
  base: "/static/",
  plugins: [locales(), inlineWords(), serviceWorker(), engineCheck(), cascade()],
  build: {
    outDir: "dist",
    manifest: "manifest.json",
    assetsDir: "",
    target: ["es2020", ...OLDEST],
    modulePreload: { polyfill: false },
    cssCodeSplit: true,
    reportCompressedSize: true,
    rollupOptions: {
      input: {
        room: resolve(here, "src/main.ts"),
        pages: resolve(here, "src/pages.ts"),
        player: resolve(here, "src/player.ts"),
        study: resolve(here, "src/study.ts"),
        probe: resolve(here, "src/probe.ts"),
      },
      output: {
        entryFileNames: "[name].[hash].js",
        chunkFileNames: "[name].[hash].js",
        assetFileNames: "[name].[hash][extname]",
      },
    },
  },
  test: { include: ["tests/**/*.test.ts"], environment: "node" },
} as Parameters<typeof defineConfig>[0]);
