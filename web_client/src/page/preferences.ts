/** Language, theme and big type of this browser: cookies shared with the server's pages, and attributes of the page. */
import { addCatalogue, type Language } from "../core/i18n";
import { change, preferences, type Preferences } from "../core/store";

const YEAR = 365 * 24 * 3600;

type Catalogue = Record<string, unknown>;
const ROOM: Readonly<Record<Language, () => Promise<{ default: Catalogue }>>> = {
  "zh-CN": () => import("virtual:locale/room/zh-CN"),
  en: () => import("virtual:locale/room/en"),
};
const CONSOLE: Readonly<Record<Language, () => Promise<{ default: Catalogue }>>> = {
  "zh-CN": () => import("virtual:locale/console/zh-CN"),
  en: () => import("virtual:locale/console/en"),
};
let withConsole = false;

async function load(language: Language): Promise<void> {
  const parts = await Promise.all([ROOM[language](), ...(withConsole ? [CONSOLE[language]()] : [])]);
  for (const part of parts) addCatalogue(language, part.default);
}

/** Read what the server wrote into the page, and fetch the words. */
export async function begin(language: Language): Promise<void> {
  const root = document.documentElement;
  const theme = root.dataset["theme"];
  change(preferences, {
    language,
    theme: theme === "light" || theme === "dark" ? theme : "auto",
    big: root.classList.contains("big-type"),
  });
  await load(language);
}

/** The words of the secretary's screens, once they are needed. */
export async function addConsoleWords(): Promise<void> {
  withConsole = true;
  const { language } = preferences.value;
  addCatalogue(language, (await CONSOLE[language]()).default);
}

function keep(name: string, value: string): void {
  const secure = location.protocol === "https:" ? "; Secure" : "";
  document.cookie = `${name}=${value}; Path=/; Max-Age=${YEAR}; SameSite=Lax${secure}`;
}

export async function setPreferences(fields: Partial<Preferences>): Promise<void> {
  const root = document.documentElement;
  if (fields.language && fields.language !== preferences.value.language) {
    await load(fields.language);
    root.lang = fields.language;
    keep("language", fields.language);
  }
  if (fields.theme) {
    if (fields.theme === "auto") delete root.dataset["theme"];
    else root.dataset["theme"] = fields.theme;
    keep("theme", fields.theme);
  }
  if (fields.big !== undefined) {
    root.classList.toggle("big-type", fields.big);
    keep("big", fields.big ? "on" : "off");
  }
  change(preferences, fields);
}
