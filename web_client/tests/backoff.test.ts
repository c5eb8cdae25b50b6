/** Coming back: quickly after a blackout, politely after a restart. */
import { describe, expect, it } from "vitest";
import { waitBefore } from "../src/net/backoff";

describe("back-off", () => {
  it("comes back within half a second after a connection broke", () => {
    expect(waitBefore(1, "lost", 0.999).delay).toBeLessThanOrEqual(350);
  });

  it("tries every few seconds while the network is silent, so that a return is noticed within two", () => {
    for (let attempt = 1; attempt < 40; attempt++) {
      const { delay, patience } = waitBefore(attempt, "silence", 0.999);
      expect(delay).toBeLessThanOrEqual(1_600);
      if (patience <= 2_000) expect(delay + patience).toBeLessThanOrEqual(3_600);
    }
  });

  it("has patience now and then, so that a slow network is enough", () => {
    const longest = Math.max(...Array.from({ length: 6 }, (_, n) => waitBefore(n + 1, "silence", 0).patience));
    expect(longest).toBeGreaterThanOrEqual(10_000);
  });

  it("spreads two hundred phones after a restart and grows to ten seconds", () => {
    const delays = Array.from({ length: 200 }, (_, n) => waitBefore(3, "refused", n / 200).delay);
    expect(Math.max(...delays) - Math.min(...delays)).toBeGreaterThan(1_500);
    expect(waitBefore(20, "refused", 0.999).delay).toBeLessThanOrEqual(10_000);
    expect(waitBefore(20, "refused", 0).delay).toBeGreaterThanOrEqual(3_000);
  });
});
