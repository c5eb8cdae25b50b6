/** After the events a viewer receives, the client's state is the server's fresh view for that viewer. */
import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { quorumOf } from "../src/core/attendance";
import { evolve } from "../src/core/reducer";
import type { EventData, EventKind, MeetingState, QuorumCheck } from "../src/wire/messages";

interface Told {
  kind: EventKind;
  data: EventData[EventKind];
  at: number;
}
type Frame = Told | { snapshot: MeetingState } | null;
interface Story {
  viewer: string;
  start: MeetingState;
  steps: { frames: Frame[]; view: MeetingState; quorum: QuorumCheck }[];
}

const root = resolve(import.meta.dirname, "../..");
const own = resolve(root, ".venv/bin/python");
const stories = JSON.parse(
  execFileSync(existsSync(own) ? own : "python3", ["-m", "tests.kit.houses.client_views"], {
    cwd: root,
    maxBuffer: 1 << 28,
    encoding: "utf8",
  }),
) as Story[];

/** The server's counters of ids are no part of what a phone keeps. */
const kept = ({ counters: _counters, ...state }: MeetingState) => state;

describe("the reducer agrees with the server's view", () => {
  it("has stories with every kind of event a phone can receive", () => {
    const seen = new Set(stories.flatMap((s) => s.steps.flatMap((step) => step.frames.flatMap((f) => (f && "kind" in f ? [f.kind] : [])))));
    expect(seen.size).toBeGreaterThanOrEqual(44);
  });

  it.each(stories.map((story, n) => [`${story.viewer}, story ${n}`, story] as const))("for %s", (_name, story) => {
    let state = story.start;
    story.steps.forEach((step, index) => {
      for (const frame of step.frames) {
        if (!frame) continue;
        state = "snapshot" in frame ? frame.snapshot : evolve(state, frame.kind, frame.data, frame.at);
      }
      expect(kept(state), `after stretch ${index}`).toEqual(kept(step.view));
      expect(quorumOf(state, state.preset.quorum, state.preset.electorate), `quorum after stretch ${index}`).toEqual(step.quorum);
    });
  });

  it("leaves the state alone for a kind it does not know", () => {
    const state = stories[0]!.start;
    expect(evolve(state, "SomethingNew" as EventKind, {} as never, 0)).toBe(state);
  });
});
