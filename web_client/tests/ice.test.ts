import { describe, expect, it, vi } from "vitest";
import { IceServers } from "../src/media/ice";

const OLD = [{ urls: "turn:turn.example.org", username: "1:a", credential: "x" }];
const NEW = [{ urls: "turn:turn.example.org", username: "2:a", credential: "y" }];

describe("TURN credentials", () => {
  it("are used as they are while they are young", async () => {
    const ask = vi.fn(async () => NEW);
    const servers = new IceServers(OLD, ask, () => 0);
    await servers.renew();
    expect(ask).not.toHaveBeenCalled();
    expect(servers.current).toBe(OLD);
  });

  it("are asked for anew before their hour is over", async () => {
    let now = 0;
    const servers = new IceServers(
      OLD,
      async () => NEW,
      () => now,
    );
    now = 41 * 60_000;
    await servers.renew();
    expect(servers.current).toBe(NEW);
    expect(servers.fresh).toBe(true);
  });

  it("grow old by the clock on the wall, which goes on while the phone sleeps and its page stands still", () => {
    vi.useFakeTimers({ now: 0, toFake: ["Date", "performance"] });
    const servers = new IceServers(OLD, async () => NEW);
    const slept = vi.spyOn(performance, "now").mockReturnValue(0);
    vi.setSystemTime(41 * 60_000);
    expect(servers.fresh).toBe(false);
    vi.setSystemTime(-60_000); // a clock that was set back tells nothing about their age
    expect(servers.fresh).toBe(false);
    slept.mockRestore();
    vi.useRealTimers();
  });

  it("stay when nobody answers, and are asked for again", async () => {
    let now = 0;
    const servers = new IceServers(
      OLD,
      () => Promise.reject(new Error("offline")),
      () => now,
    );
    now = 41 * 60_000;
    await servers.renew();
    expect(servers.current).toBe(OLD);
    expect(servers.fresh).toBe(false);
  });

  it("are never asked for where there is no TURN server", async () => {
    let now = 0;
    const ask = vi.fn(async () => NEW);
    const servers = new IceServers([], ask, () => now);
    now = 99 * 60_000;
    await servers.renew();
    expect(ask).not.toHaveBeenCalled();
  });
});
