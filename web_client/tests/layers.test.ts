import { expect, it } from "vitest";
import { scalesFor } from "../src/media/peer";

it("sends a wide camera in a quarter, a half and in full", () => {
  expect(scalesFor(1280)).toEqual([4, 2, 1]);
});

it("never sends only a quarter of a small camera: the layer that browsers leave of it is the whole picture", () => {
  expect(scalesFor(320)[0]).toBe(1);
  expect(scalesFor(640).slice(0, 2)).toEqual([2, 1]);
});
