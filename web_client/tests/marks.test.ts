/** Marks as they are written: the vectors hold the server's reading (`tests/unit/votes/test_marks.py`) to the same. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type Mark, onCandidate, read, remark, writeIn } from "../src/core/marks";
import { Grade, Stance } from "../src/wire/messages";

const vectors = JSON.parse(readFileSync(new URL("../../tests/data/mark_vectors.json", import.meta.url), "utf8")) as readonly {
  readonly written: string;
  readonly mark: Mark | null;
}[];
const CANDIDATE = { candidate_id: "c1", name: "丁文静", strokes: 2, participant_id: null, grade: Grade.NONE, reason: "" };

describe("a mark", () => {
  it.each(vectors.map((vector) => [vector.written, vector.mark] as const))("%s reads as its vector says", (written, mark) => {
    expect(read(written)).toEqual(mark);
  });

  it("reads as it was written", () => {
    expect(read(onCandidate(CANDIDATE, Stance.FOR))).toEqual({ candidate: "c1", stance: Stance.FOR });
    expect(read(onCandidate(CANDIDATE, Grade.FAIL))).toEqual({ candidate: "c1", grade: Grade.FAIL });
    expect(read(writeIn("踏实"))).toEqual({ writtenIn: "踏实" });
    expect(read(remark("按时参加"))).toEqual({ remark: "按时参加" });
  });
});
