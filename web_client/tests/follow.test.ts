/** The sentence of the moment stays in sight until the reader scrolls, on a phone of any speed. */
import { beforeEach, expect, it, vi } from "vitest";
import { Follow } from "../src/page/follow";

type Heard = Record<string, () => void>;
const at = (top: number) => ({ top, height: 300 });

function element(more: object): HTMLElement & { heard: Heard } {
  const heard: Heard = {};
  const listen = (name: string, act: () => void): void => {
    heard[name] = act;
  };
  return { heard, addEventListener: listen, ...more } as unknown as HTMLElement & { heard: Heard };
}

const side = element({
  scrollTop: 0,
  scrollHeight: 3000,
  clientHeight: 300,
  getBoundingClientRect: () => at(0),
  scrollTo: () => undefined,
});
const back = element({ hidden: true });
const cue = { closest: () => null, getBoundingClientRect: () => at(1100) } as unknown as HTMLElement;
const page = { getElementById: (id: string) => (id === "side" ? side : back) } as unknown as Document;

function scrolledTo(top: number): boolean {
  side.scrollTop = top;
  side.heard["scroll"]?.();
  return back.hidden === true;
}

beforeEach(() => {
  vi.stubGlobal("matchMedia", () => ({ matches: false }));
  side.scrollTop = 0;
  back.hidden = true;
  new Follow(page, () => cue).to(cue); // its line is to stand at 1000
});

it("follows on while its own scroll comes nearer, however long that takes", () => {
  expect([200, 600, 999, 1000, 1000].map(scrolledTo)).toEqual([true, true, true, true, true]);
});

it("is left to the reader who scrolls away, on the way or afterwards", () => {
  expect([600, 300].map(scrolledTo)).toEqual([true, false]);
});

it("is left to the reader who scrolls past it", () => {
  expect([1000, 1200].map(scrolledTo)).toEqual([true, false]);
});
