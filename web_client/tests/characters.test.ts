/** Characters and names: the vectors hold the server to the same (`tests/unit/domain/test_spelling.py`). */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { clean, folded } from "../src/core/characters";
import { remark, writeIn } from "../src/core/marks";

const vectors = JSON.parse(readFileSync(new URL("../../tests/data/name_vectors.json", import.meta.url), "utf8")) as readonly {
  readonly written: string;
  readonly clean: string;
  readonly folded: string;
}[];

describe("a name", () => {
  it.each(vectors.map((vector) => [JSON.stringify(vector.written), vector] as const))(
    "%s is sent and compared as its vector says",
    (_, vector) => {
      expect(clean(vector.written)).toBe(vector.clean);
      expect(folded(vector.written)).toBe(vector.folded);
      expect(folded(vector.folded)).toBe(vector.folded);
    },
  );

  it("goes onto a ballot without what nothing can show", () => {
    expect(writeIn("\u202a张\ufffe三\u202c")).toBe("w:张三");
    expect(remark("按时\u0000参加")).toBe("t:按时参加");
  });
});
